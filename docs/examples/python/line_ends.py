"""A request whose lines end with a line feed alone, at two servers."""

import http.server
import socket
import threading


class Lenient(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


# ANCHOR: strict
def strict(listener):
    """Takes the standard at its word: the head ends with CR LF CR LF."""
    while True:
        connection, _ = listener.accept()
        with connection:
            head = b""
            while not head.endswith(b"\r\n\r\n") and (byte := connection.recv(1)):
                head += byte
            if head.endswith(b"\r\n\r\n"):
                connection.sendall(b"HTTP/1.0 204 No Content\r\n\r\n")
# ANCHOR_END: strict


def ask(address, end):
    client = socket.create_connection(address, timeout=2)
    with client:
        client.sendall(b"GET /index.html HTTP/1.0" + end + end)
        try:
            return client.recv(100).split(b"\r\n")[0].decode()
        except TimeoutError:
            return "no answer for 2 s"


listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=strict, args=(listener,), daemon=True).start()
with http.server.HTTPServer(("127.0.0.1", 0), Lenient) as server:
    threading.Thread(target=server.serve_forever).start()
    for name, address in [("Python's own server", server.server_address), ("a strict server", listener.getsockname())]:
        for called, end in [("CR LF", b"\r\n"), ("LF only", b"\n")]:
            print(f"{name:<19} {called:<8} {ask(address, end)}")
    server.shutdown()
