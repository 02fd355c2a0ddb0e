"""A backlog of 1, and nobody who accepts."""

import socket

# ANCHOR: backlog
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(1)

clients = []
for number in range(1, 4):
    client = socket.socket()
    client.settimeout(0.5)
    clients.append(client)
    try:
        client.connect(listener.getsockname())
        client.sendall(b"hello")
        print(f"client {number}: connected, and has sent 5 bytes")
    except TimeoutError:
        print(f"client {number}: no answer for 0.5 s")

connection, _ = listener.accept()
print("accept:", connection.recv(16))
# ANCHOR_END: backlog
