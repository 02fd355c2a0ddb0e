"""send and sendall, to a receiver that is not reading yet."""

import socket
import threading

# ANCHOR: send
SIZE = 64 * 1024 * 1024
listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname())
server, _ = listener.accept()

client.settimeout(0.5)
sent = client.send(bytes(SIZE))
print(f"send of {SIZE} bytes: {sent} taken, {SIZE - sent} are still yours to send")
# ANCHOR_END: send


def read_all():
    total = 0
    while part := server.recv(1 << 20):
        total += len(part)
    print(f"the receiver has got {total} bytes")


reader = threading.Thread(target=read_all)
reader.start()
client.settimeout(None)
client.sendall(bytes(SIZE - sent))
print("sendall of the rest:", None)
client.close()
reader.join()
