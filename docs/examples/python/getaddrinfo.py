"""What getaddrinfo knows of a server, and what becomes of whoever takes the first address only."""

import socket

# ANCHOR: lookup
dead = socket.create_server(("127.0.0.1", 0))
host, port = dead.getsockname()
dead.close()  # from now on nobody listens there

found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
print(f"getaddrinfo: a {type(found).__name__} of {len(found)}, each a {type(found[0]).__name__} of {len(found[0])}")
try:
    socket.create_connection(found[0][4])
except ConnectionRefusedError as error:
    print("connect:    ", error)
# ANCHOR_END: lookup

listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]


# ANCHOR: all
def connect_any(addresses):
    error = None
    for address in addresses:
        try:
            return socket.create_connection(address).getpeername()[0]
        except OSError as this:
            error = this
    return error


addresses = [("127.0.0.2", port), ("127.0.0.1", port)]
print("the first:  ", connect_any(addresses[:1]))
print("all of them:", connect_any(addresses))
# ANCHOR_END: all
