"""A loop from course notes, which takes a short recv for the end."""

import socket


def pair():
    listener = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(listener.getsockname())
    server, _ = listener.accept()
    return client, server


# ANCHOR: loop
def receive(client, between=lambda: None):
    buffsize = 4096
    response, done = b"", False
    while not done:
        part = client.recv(buffsize)
        if len(part) < buffsize:
            done = True  # the mistake
        response += part
        between()
    return response
# ANCHOR_END: loop


client, server = pair()
server.sendall(b"x" * 400)
print("10 pieces of 400 bytes:", len(receive(client, lambda: server.sendall(b"x" * 3600))), "of 4000 received")

client, server = pair()
server.sendall(b"x" * 4096)
client.settimeout(0.5)
try:
    receive(client)
except TimeoutError:
    print("4096 bytes, connection kept open: still waiting after 0.5 s")
