//! The HTTP client of lab 3, with pages that Python serves and curl reads too.

use std::fs;

use predicates::prelude::*;
use predicates::str::{contains, is_empty};
use tempfile::TempDir;

use super::{client, curl, have, python_server, solution, some_megabytes};

/// A folder to be served: a file of some megabytes (its bytes are returned too), an empty one, a folder with odd names.
pub fn pages() -> (TempDir, Vec<u8>) {
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

/// Serves a folder: FOLDER PROTOCOL
pub const PAGES: &str = r#"
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
