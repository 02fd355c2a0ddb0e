"""Which call waits, and for what."""

import socket

# ANCHOR: calls
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen()
print("listen has returned; nobody has connected")

listener.settimeout(0.2)
try:
    listener.accept()
except TimeoutError:
    print("accept waits: 0.2 s, and nobody has connected")

client = socket.create_connection(listener.getsockname())
print("connect has returned; nobody has called accept since")

connection, _ = listener.accept()
print("accept has returned a connection; no message was sent")

connection.settimeout(0.2)
try:
    connection.recv(100)
except TimeoutError:
    print("recv waits: it is the call that waits for bytes")
# ANCHOR_END: calls
