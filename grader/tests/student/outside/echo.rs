//! The echo server of lab 1 and the echo client of lab 2.

use predicates::str::is_empty;

use super::http::{PAGES, pages};
use super::{NUDGE, Telnet, client, have, python_client, python_server, server, solution, some_megabytes};

#[test]
fn python_clients_get_their_bytes_back() {
    if !have(&["python3"]) {
        return;
    }
    let built = solution(1);
    let (_server, address) = server(&built);
    let said = python_client(ECHO_CLIENTS, address);
    assert_eq!(said, ["256 bytes, then b''", "reset", "3145728 bytes, then b''", "0 bytes, then b''"]);
}

#[test]
fn curl_types_at_the_echo_server() {
    if !have(&["curl"]) {
        return;
    }
    let built = solution(1);
    let (_server, address) = server(&built);
    // The second is served when the first has gone.
    for name in ["first", "second"] {
        let telnet = Telnet::connect(address, NUDGE);
        for line in [format!("hello from the {name}"), String::new(), "ünïcode".to_string()] {
            telnet.type_line(&line);
            assert_eq!(telnet.line(), line);
        }
    }
}

#[test]
fn a_python_server_echoes() {
    if !have(&["python3"]) {
        return;
    }
    let built = solution(2);
    let (_server, port) = python_server(ECHO_SERVER, &[]);
    for (host, message) in [("127.0.0.1", "hi"), ("localhost", "three words, ünïcode"), ("127.0.0.1", "")] {
        let target = format!("{host}:{port}");
        let said = client(&built, &["--message", message, &target]).assert().success();
        said.stdout(message.to_string()).stderr(is_empty());
    }
    let bytes = some_megabytes();
    let said = client(&built, &[&format!("127.0.0.1:{port}")]).write_stdin(bytes.clone()).assert().success();
    assert!(said.get_output().stdout == bytes, "{} of {} bytes", said.get_output().stdout.len(), bytes.len());
}

#[test]
fn a_request_typed_by_hand_is_answered() {
    if !have(&["python3"]) {
        return;
    }
    let built = solution(2);
    let (folder, bytes) = pages();
    let (_server, port) = python_server(PAGES, &[folder.path().to_str().unwrap(), "HTTP/1.0"]);
    let request = "GET /big.bin HTTP/1.0\r\n\r\n";
    let said = client(&built, &[&format!("127.0.0.1:{port}")]).write_stdin(request).assert().success();
    let said = &said.get_output().stdout;
    assert!(said.starts_with(b"HTTP/1.0 200 OK\r\n") && said.ends_with(&bytes), "{} bytes", said.len());
}

/// Four clients, one after the other: every byte value, a reset, some megabytes while reading, nothing at all.
const ECHO_CLIENTS: &str = r#"
import socket, struct, sys, threading

def connect():
    return socket.create_connection(("127.0.0.1", int(sys.argv[1])))

def echo(data):
    with connect() as client:
        def send():
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
        sender = threading.Thread(target=send)
        sender.start()
        with client.makefile("rb") as stream:
            back = stream.read(len(data))
            assert back == data, (len(back), len(data))
            print(f"{len(back)} bytes, then {stream.read()}")
        sender.join()

echo(bytes(range(256)))
rude = connect()
rude.sendall(b"x" * 100000)
rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
rude.close()
print("reset")
echo(bytes(i % 253 for i in range(3 * 1024 * 1024)))
echo(b"")
"#;

const ECHO_SERVER: &str = r#"
import socketserver

class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(5000):
            self.request.sendall(data)

class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

server = Server(("127.0.0.1", 0), Echo)
print(server.server_address[1])
server.serve_forever()
"#;
