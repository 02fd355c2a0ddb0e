"""Can a server start again at once on its port? It depends on who closed first, and on one option."""

import socket


# ANCHOR: restart
def restart(first_to_close, reuse):
    """Serves one client, ends, and listens again on the same port."""
    listener = socket.socket()
    if reuse:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    address = listener.getsockname()
    client = socket.create_connection(address)
    server, _ = listener.accept()

    ends = [server, client] if first_to_close == "server" else [client, server]
    ends[0].close()
    ends[1].recv(1)  # b'': the end of the stream has come
    ends[1].close()
    listener.close()

    again = socket.socket()
    if reuse:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        again.bind(address)
        return "bind again works"
    except OSError as error:
        return f"bind again: {error}"


for first in ["client", "server"]:
    for reuse in [False, True]:
        print(f"{first} closes first, SO_REUSEADDR {'on, ' if reuse else 'off,'} {restart(first, reuse)}")
# ANCHOR_END: restart
