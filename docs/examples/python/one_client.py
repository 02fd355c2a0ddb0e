"""A server of course notes that serves one client and ends, and a client that receives once."""

import socket
import threading

# ANCHOR: server
def serve_one(listener):
    connection, _ = listener.accept()
    listener.close()  # in the notes the program ends here, one client later
    with connection:
        while data := connection.recv(1024):
            connection.sendall(data)
# ANCHOR_END: server


listener = socket.create_server(("127.0.0.1", 0))
address = listener.getsockname()
server = threading.Thread(target=serve_one, args=(listener,))
server.start()

# ANCHOR: client
first = socket.create_connection(address)
first.sendall(b"x" * 3000)
data = first.recv(1024)
print("client 1: sent 3000 bytes, the one recv(1024) returns all of them:", len(data) == 3000)
rest = 3000 - len(data)
while rest > 0:
    rest -= len(first.recv(rest))
print("client 1: a loop gets the rest, too")
# ANCHOR_END: client
first.close()
server.join()

try:
    socket.create_connection(address)
except ConnectionRefusedError as error:
    print("client 2:", error)
