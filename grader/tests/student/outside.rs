//! The solutions against programs that are not ours: curl, and the servers and sockets of Python's standard library.
//!
//! The grader's own peers could share a misunderstanding with the solutions; these do not. Loopback only, and every port
//! is picked by the kernel.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::common::skipped;
use grader::build::{Built, Source, Stage, Toolchain, Workspace, build};
use grader::payload::Payload;
use predicates::prelude::*;
use predicates::str::{contains, is_empty};
use tempfile::TempDir;

/// A hang fails after this; nothing else depends on it.
const LIMIT: Duration = Duration::from_secs(60);

/// The program of a lab's solution, built as a submission is.
fn solution(lab: u8) -> Built {
    let workspace = Workspace::find().unwrap();
    let stage = Stage::new(&workspace, lab, Source::Folder(&workspace.solution(lab))).unwrap();
    build(&stage, &Toolchain::find().unwrap().keeping_programs()).unwrap()
}

/// Whether these tools are here; if not, that is said.
fn have(tools: &[&str]) -> bool {
    let works = |tool: &&str| Command::new(tool).arg("--version").output().is_ok_and(|output| output.status.success());
    let missing: Vec<&str> = tools.iter().copied().filter(|tool| !works(tool)).collect();
    if !missing.is_empty() {
        skipped(&format!("there is no {} on this machine", missing.join(" and no ")));
    }
    missing.is_empty()
}

/// Another process. It ends with this value at the latest.
struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Process {
    fn start(command: &mut Command) -> Process {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        Process { stdin: child.stdin.take(), child, lines }
    }

    /// The next line of its standard output.
    fn line(&self) -> String {
        self.lines.recv_timeout(LIMIT).expect("another line of output")
    }

    fn type_line(&self, line: &str) {
        writeln!(self.stdin.as_ref().unwrap(), "{line}").unwrap();
    }

    /// Closes its standard input, and waits for its end: what it said until then, and how it ended.
    fn finish(mut self) -> (Vec<String>, ExitStatus) {
        drop(self.stdin.take());
        let mut said = Vec::new();
        loop {
            match self.lines.recv_timeout(LIMIT) {
                Ok(line) => said.push(line),
                Err(RecvTimeoutError::Disconnected) => return (said, self.child.wait().unwrap()),
                Err(RecvTimeoutError::Timeout) => panic!("it does not end; so far it said {said:?}"),
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A solution that listens, and where.
fn server(built: &Built) -> (Process, SocketAddr) {
    let process = Process::start(Command::new(&built.program).args(["--listen", "127.0.0.1:0"]));
    let line = process.line();
    let address = line.strip_prefix("listening on ").expect(&line).parse().unwrap();
    (process, address)
}

/// A solution that connects.
fn client(built: &Built, args: &[&str]) -> assert_cmd::Command {
    let mut command = assert_cmd::Command::new(&built.program);
    command.args(args).timeout(LIMIT);
    command
}

fn python(script: &str, args: &[&str]) -> Process {
    Process::start(Command::new("python3").args(["-u", "-c", script]).args(args))
}

/// A script whose first line is the port that it has.
fn python_server(script: &str, args: &[&str]) -> (Process, String) {
    let process = python(script, args);
    let port = process.line();
    (process, port)
}

/// A script that talks to a server of ours and ends; what it printed.
fn python_client(script: &str, server: SocketAddr) -> Vec<String> {
    let (said, status) = python(script, &[&server.port().to_string()]).finish();
    assert!(status.success(), "{status}: {said:?}");
    said
}

/// curl without the user's settings and proxies. An error status is for the caller to judge.
fn curl(args: &[&str]) -> Vec<u8> {
    let mut curl = assert_cmd::Command::new("curl");
    let output = curl.args(["-q", "--noproxy", "*", "-sS"]).args(args).timeout(LIMIT).assert().success();
    output.get_output().stdout.clone()
}

/// `curl telnet://`, which looks at its connection for a moment after something was typed, and then not before more is.
struct Telnet {
    process: Process,
    /// What the server answers to a nudge.
    nudged: &'static str,
}

const NUDGE: &str = "NUDGE";

impl Telnet {
    fn connect(server: SocketAddr, nudged: &'static str) -> Telnet {
        let url = format!("telnet://{server}");
        Telnet { process: Process::start(Command::new("curl").args(["-q", "--noproxy", "*", "-sN", &url])), nudged }
    }

    fn type_line(&self, line: &str) {
        self.process.type_line(line);
    }

    /// The next line that the server sent for another reason than a nudge.
    fn line(&self) -> String {
        for _ in 0..LIMIT.as_secs() {
            match self.process.lines.recv_timeout(Duration::from_secs(1)) {
                Ok(line) if line == self.nudged => {}
                Ok(line) => return line,
                Err(_) => self.type_line(NUDGE),
            }
        }
        panic!("no line but the answers to nudges")
    }
}

fn some_megabytes() -> Vec<u8> {
    Payload { seed: 1, len: 3 * 1024 * 1024 + 7 }.all()
}

// ---- Lab 1, the echo server --------------------------------------------------------------------------------------------

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

// ---- Lab 2, the echo client --------------------------------------------------------------------------------------------

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

// ---- Lab 3, the HTTP client --------------------------------------------------------------------------------------------

/// A folder to be served: a file of some megabytes (its bytes are returned too), an empty one, a folder with odd names.
fn pages() -> (TempDir, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let bytes = some_megabytes();
    fs::write(folder.path().join("big.bin"), &bytes).unwrap();
    fs::write(folder.path().join("empty"), "").unwrap();
    fs::create_dir(folder.path().join("folder")).unwrap();
    for name in ["a b.txt", "ü.txt", "plain.txt"] {
        fs::write(folder.path().join("folder").join(name), name).unwrap();
    }
    (folder, bytes)
}

#[test]
fn pages_are_those_that_curl_gets() {
    if !have(&["python3", "curl"]) {
        return;
    }
    let built = solution(3);
    let (folder, bytes) = pages();
    // HTTP/1.0 closes after each response, HTTP/1.1 does so because it was asked to.
    for protocol in ["HTTP/1.0", "HTTP/1.1"] {
        let (_server, port) = python_server(PAGES, &[folder.path().to_str().unwrap(), protocol]);
        let targets = ["/big.bin", "/empty", "/folder/", "/folder/a%20b.txt", "/folder/plain.txt?a=b#c", "/folder", ""];
        for target in targets {
            let url = format!("http://127.0.0.1:{port}{target}");
            let ours = client(&built, &[&url]).assert().success().stderr(contains("HTTP 200"));
            assert!(ours.get_output().stdout == curl(&["-L", &url]), "{protocol} {target}");
        }
        let url = format!("http://localhost:{port}/big.bin");
        assert!(client(&built, &[&url]).output().unwrap().stdout == bytes, "{protocol}");
    }
}

#[test]
fn a_folder_without_its_slash_is_a_redirect() {
    if !have(&["python3"]) {
        return;
    }
    let built = solution(3);
    let (folder, _) = pages();
    let (_server, port) = python_server(PAGES, &[folder.path().to_str().unwrap(), "HTTP/1.1"]);
    let url = format!("http://127.0.0.1:{port}/folder?a=b");
    let said = client(&built, &[&url]).assert().success().stdout(contains("plain.txt"));
    said.stderr(contains("HTTP 301").and(contains(format!("redirect to http://127.0.0.1:{port}/folder/?a=b"))));
    client(&built, &["--max-redirects", "0", &url]).assert().code(6).stdout(is_empty());
}

#[test]
fn a_page_that_is_not_there_is_shown_all_the_same() {
    if !have(&["python3", "curl"]) {
        return;
    }
    let built = solution(3);
    let (folder, _) = pages();
    let (_server, port) = python_server(PAGES, &[folder.path().to_str().unwrap(), "HTTP/1.1"]);
    let url = format!("http://127.0.0.1:{port}/nothing");
    let said = client(&built, &[&url]).assert().code(22).stderr(contains("HTTP 404"));
    assert!(!said.get_output().stdout.is_empty());
    assert_eq!(said.get_output().stdout, curl(&[&url]));
}

#[test]
fn chunks_are_put_together() {
    if !have(&["python3", "curl"]) {
        return;
    }
    let built = solution(3);
    let (_server, port) = python_server(CHUNKS, &[]);
    let url = format!("http://127.0.0.1:{port}/");
    let said = client(&built, &[&url]).assert().success();
    let sizes = [1, 10, 16, 255, 4096, 70_000];
    let wanted: Vec<u8> = sizes.into_iter().flat_map(|size| (0..size).map(|at| (at % 251) as u8)).collect();
    assert!(said.get_output().stdout == wanted, "{} of {} bytes", said.get_output().stdout.len(), wanted.len());
    assert!(curl(&[&url]) == wanted);
}

#[test]
fn the_request_is_what_a_server_understands() {
    if !have(&["python3"]) {
        return;
    }
    let built = solution(3);
    let (_server, port) = python_server(WHAT_WAS_ASKED, &[]);
    let said = client(&built, &[&format!("http://127.0.0.1:{port}/a/b?c=d&e#f")]).assert().success();
    let said = String::from_utf8(said.get_output().stdout.clone()).unwrap();
    let host = format!("host: 127.0.0.1:{port}");
    assert_eq!(said.lines().collect::<Vec<_>>(), ["GET /a/b?c=d&e HTTP/1.1", host.as_str(), "connection: close"]);
}

// ---- Lab 4, the UDP sender ---------------------------------------------------------------------------------------------

#[test]
fn each_line_is_a_datagram() {
    if !have(&["python3"]) {
        return;
    }
    let built = solution(4);
    let (receiver, port) = python_server(RECEIVER, &["4"]);
    let input: &[u8] = b"one\n\n\x00\xff\x0d\nthe last has no newline";
    client(&built, &[&format!("127.0.0.1:{port}")]).write_stdin(input).assert().success();
    let wanted = ["one", "", "\\x00\\xff\\r", "the last has no newline"].map(|text| format!("b'{text}'"));
    assert_eq!(receiver.finish().0, wanted);
}

#[test]
fn a_lost_acknowledgement_costs_one_more_send() {
    if !have(&["python3"]) {
        return;
    }
    let built = solution(4);
    let (receiver, port) = python_server(RELIABLE_RECEIVER, &["2"]);
    let args = ["--reliable", "--chunk", "4", "--timeout", "300", &format!("127.0.0.1:{port}")];
    client(&built, &args).write_stdin("hello, network").assert().success().stderr(contains("14 bytes in 4 chunks"));

    let mut said = receiver.finish().0;
    let lost = said.iter().filter(|line| *line == "D 2 b'etwo'").count();
    assert!(lost >= 2, "{said:?}");
    // A machine that is very busy may cause more repetitions; the frames and their order are the same.
    said.dedup();
    assert_eq!(said, ["D 0 b'hell'", "D 1 b'o, n'", "D 2 b'etwo'", "D 3 b'rk'", "F 4 b''"]);
}

#[test]
fn a_silent_receiver_is_given_up() {
    if !have(&["python3"]) {
        return;
    }
    let built = solution(4);
    let (_receiver, port) = python_server(RECEIVER, &["100"]);
    let args = ["--reliable", "--timeout", "50", "--retries", "2", &format!("127.0.0.1:{port}")];
    client(&built, &args).write_stdin("hello").assert().code(4).stderr(contains("lab4: cannot send to 127.0.0.1:"));
}

// ---- Lab 5, the chat server --------------------------------------------------------------------------------------------

#[test]
fn python_clients_chat() {
    if !have(&["python3"]) {
        return;
    }
    let built = solution(5);
    let (_server, address) = server(&built);
    let said = python_client(CHAT, address);
    let wanted = [
        "alice: HELLO alice",
        "bob: IN-USE",
        "bob: HELLO bob",
        "bob: WHO-OK alice,bob,echobot",
        "alice: SEND-OK",
        "bob: DELIVERY alice hi bob, WHO is there?",
        "alice: UNKNOWN",
        "alice: BAD-RQST-HDR",
        "alice: end",
        "bob: WHO-OK bob,echobot",
    ];
    assert_eq!(said, wanted);
}

#[test]
fn curl_chats() {
    if !have(&["curl"]) {
        return;
    }
    let built = solution(5);
    let (_server, address) = server(&built);
    let [curl, other] = [(); 2].map(|()| Telnet::connect(address, "BAD-RQST-HDR"));
    for (who, typed, wanted) in [
        (&other, "HELLO-FROM other", "HELLO other"),
        (&curl, "HELLO-FROM curl", "HELLO curl"),
        (&curl, "WHO", "WHO-OK curl,echobot,other"),
        (&curl, "SEND other what is new?", "SEND-OK"),
        (&curl, "SEND nobody hi", "UNKNOWN"),
    ] {
        who.type_line(typed);
        assert_eq!(who.line(), wanted);
    }
    other.type_line(NUDGE);
    assert_eq!(other.line(), "DELIVERY curl what is new?");

    curl.type_line("SEND echobot hi");
    let mut both = [curl.line(), curl.line()];
    both.sort();
    assert_eq!(both, ["DELIVERY echobot hi", "SEND-OK"]);
}

// ---- The scripts -------------------------------------------------------------------------------------------------------

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

/// Serves a folder: FOLDER PROTOCOL
const PAGES: &str = r#"
import functools, http.server, sys

class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = sys.argv[2]

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=sys.argv[1]))
print(server.server_port)
server.serve_forever()
"#;

/// Chunks with upper and lower case sizes, an extension, and a trailer.
const CHUNKS: &str = r#"
import http.server

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for size in (1, 10, 16, 255, 4096, 70000):
            head = f"{size:X};name=value" if size % 2 else f"{size:x}"
            self.wfile.write(head.encode() + b"\r\n" + bytes(i % 251 for i in range(size)) + b"\r\n")
        self.wfile.write(b"0\r\nX-Trailer: after the last chunk\r\n\r\n")

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port)
server.serve_forever()
"#;

/// Answers with the request as Python has understood it.
const WHAT_WAS_ASKED: &str = r#"
import http.server

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        lines = [self.requestline] + [f"{name.lower()}: {value}" for name, value in self.headers.items()]
        self.send_response(200)
        self.end_headers()
        self.wfile.write("\n".join(lines).encode())

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port)
server.serve_forever()
"#;

/// Prints so many datagrams: COUNT
const RECEIVER: &str = r#"
import socket, sys

receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("127.0.0.1", 0))
print(receiver.getsockname()[1])
for _ in range(int(sys.argv[1])):
    print(receiver.recv(65535))
"#;

/// Acknowledges every frame until the last, but "loses" the first acknowledgement of one: NUMBER
const RELIABLE_RECEIVER: &str = r#"
import socket, sys

lost = {int(sys.argv[1])}
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("127.0.0.1", 0))
print(receiver.getsockname()[1])
kind = b""
while kind != b"F":
    frame, sender = receiver.recvfrom(65535)
    kind, number = frame[:1], int.from_bytes(frame[1:5], "big")
    print(kind.decode(), number, frame[5:])
    if number in lost:
        lost.remove(number)
    else:
        receiver.sendto(b"A" + frame[1:5], sender)
"#;

/// Alice and bob; every line that comes is printed with the name of the one who got it.
const CHAT: &str = r#"
import socket, sys

class Client:
    def __init__(self, name):
        self.name = name
        self.socket = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
        self.lines = self.socket.makefile("rb")

    def say(self, *pieces):
        for piece in pieces:
            self.socket.sendall(piece)
        self.hear()

    def hear(self):
        line = self.lines.readline()
        print(f"{self.name}: {line.decode().rstrip() if line else 'end'}")

alice, bob = Client("alice"), Client("bob")
alice.say(b"HELLO-FROM alice\n")
bob.say(b"HELLO-FROM alice\r\n")
bob.say(b"HELLO-", b"FROM bob\r", b"\n")
bob.say(b"WHO\n")
alice.say(b"SEND bob hi bob, WHO is there?\n")
bob.hear()
alice.say(b"SEND carol hi\n")
alice.say(b"LEAVE\n")
alice.socket.shutdown(socket.SHUT_WR)
alice.hear()
bob.say(b"WHO\n")
"#;
