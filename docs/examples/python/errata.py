"""What Python says to some lines of course notes on sockets."""

import socket


def says(what, call):
    try:
        print(f"{what:<30}", call())
    except Exception as error:
        print(f"{what:<30}", f"{type(error).__name__}: {error}")


# ANCHOR: calls
s = socket.socket()
says('bind("127.0.0.1", 0)', lambda: s.bind("127.0.0.1", 0))
says('bind(("127.0.0.1", 0))', lambda: s.bind(("127.0.0.1", 0)))
says('send, but never connected', lambda: s.send(b"hello"))
s.listen()
says('recv on the listening socket', lambda: s.recv(16))

client = socket.create_connection(s.getsockname())
says('sendall("text")', lambda: client.sendall("text"))
says('sendall(b"text")', lambda: client.sendall(b"text"))
# ANCHOR_END: calls

says('"" + b"part"', lambda: "" + b"part")
