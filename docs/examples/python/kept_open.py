"""HTTP/1.1, and the end of the stream as the end of the page."""

import http.server
import socket
import threading


class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_):
        pass


# ANCHOR: client
def get(address, close):
    client = socket.create_connection(address)
    client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + close + b"\r\n")
    response = b""
    while not response.endswith(b"hello"):
        response += client.recv(4096)
    client.settimeout(2)
    try:
        return f"the page has come, then recv returns {client.recv(4096)}"
    except TimeoutError:
        return "the page has come, then nothing for 2 s"
# ANCHOR_END: client


with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever).start()
    print("no Connection field:", get(server.server_address, b""))
    print("Connection: close:  ", get(server.server_address, b"Connection: close\r\n"))
    server.shutdown()
