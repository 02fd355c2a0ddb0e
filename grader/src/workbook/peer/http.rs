//! An HTTP server with every framing (RFC 9112 section 6), whole, in pieces or cut off.

use std::thread;
use std::time::Duration;

use anyhow::Result;
use clap::ValueEnum;

use super::bytes::{self, Bytes};
use super::conn::Conn;
use super::place::{Ends, Place, play};
use crate::texts::say;

/// How the other side learns where the body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Framing {
    Length,
    Chunked,
    Close,
}

#[derive(Debug, clap::Args)]
pub struct Http {
    #[command(flatten)]
    place: Place,
    #[arg(long, value_enum, default_value_t = Framing::Length)]
    framing: Framing,
    #[arg(long, default_value = "hello from the peer\\n", value_parser = bytes::parse)]
    body: Bytes,
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(100..=999))]
    status: u16,
    #[arg(long, value_name = "URL")]
    redirect: Option<String>,
    #[arg(long, default_value_t = 1)]
    pieces: usize,
    #[arg(long, default_value_t = 30)]
    gap: u64,
    #[arg(long, value_name = "BYTES")]
    cut: Option<usize>,
    #[arg(long, default_value_t = 8)]
    chunk: usize,
}

pub fn http(peer: &Http) -> Result<()> {
    let what = say!("cargo-lab/peer/http_reads_a_request_to_its");
    let ladder = peer.place.ladder("http", what);
    let response = Response::of(peer);
    let (pieces, gap) = (peer.pieces.max(1), Duration::from_millis(peer.gap));
    let ends = Ends { place: peer.place.clone(), to: None };
    play(&ends, &ladder, None, move |conn| {
        if read_request(conn)? {
            answer(conn, &response, pieces, gap)?;
        }
        Ok(())
    })
}

/// Head and framed body, as far as they are sent.
struct Response {
    bytes: Vec<u8>,
    /// The server closes behind it; else it leaves that to the client, as HTTP/1.1 does.
    closes: bool,
}

impl Response {
    fn of(peer: &Http) -> Response {
        let status = if peer.redirect.is_some() && peer.status == 200 { 302 } else { peer.status };
        let mut head = format!("HTTP/1.1 {status} {}\r\n", reason(status));
        if let Some(url) = &peer.redirect {
            head.push_str(&format!("Location: {url}\r\n"));
        }
        let body = &peer.body.0;
        let framed = match peer.framing {
            Framing::Length => {
                head.push_str(&format!("Content-Length: {}\r\n", body.len()));
                body.clone()
            }
            Framing::Chunked => {
                head.push_str("Transfer-Encoding: chunked\r\n");
                chunked(body, peer.chunk.max(1))
            }
            Framing::Close => {
                head.push_str("Connection: close\r\n");
                body.clone()
            }
        };
        head.push_str("\r\n");
        let sent = &framed[..peer.cut.unwrap_or(framed.len()).min(framed.len())];
        let closes = peer.framing == Framing::Close || peer.cut.is_some();
        Response { bytes: [head.as_bytes(), sent].concat(), closes }
    }
}

/// Size in hexadecimal, CR LF, the bytes, CR LF; and a last chunk of no bytes.
fn chunked(body: &[u8], size: usize) -> Vec<u8> {
    let mut framed = Vec::new();
    for chunk in body.chunks(size) {
        framed.extend(format!("{:x}\r\n", chunk.len()).bytes());
        framed.extend(chunk);
        framed.extend(b"\r\n");
    }
    framed.extend(b"0\r\n\r\n");
    framed
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        404 => "Not Found",
        500 => "Internal Server Error",
        _ => "As Asked",
    }
}

/// Reads to the blank line; false if the stream ends before.
fn read_request(conn: &mut Conn) -> Result<bool> {
    let (mut request, mut buf) = (Vec::<u8>::new(), [0; 4096]);
    while !request.windows(4).any(|end| end == b"\r\n\r\n") && !request.windows(2).any(|end| end == b"\n\n") {
        let count = conn.read(&mut buf)?;
        if count == 0 {
            return Ok(false);
        }
        request.extend(&buf[..count]);
    }
    Ok(true)
}

fn answer(conn: &mut Conn, response: &Response, pieces: usize, gap: Duration) -> Result<()> {
    let size = response.bytes.len().div_ceil(pieces).max(1);
    for (turn, piece) in response.bytes.chunks(size).enumerate() {
        if turn > 0 {
            thread::sleep(gap);
        }
        let name = if pieces > 1 { format!("piece {}", turn + 1) } else { "response".to_string() };
        if !conn.send(piece, &name)? {
            return Ok(());
        }
    }
    if response.closes {
        conn.close_write();
    }
    conn.read_to_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_framed_as_in_rfc_9112() {
        assert_eq!(chunked(b"0123456789", 8), b"8\r\n01234567\r\n2\r\n89\r\n0\r\n\r\n");
        assert_eq!(chunked(b"", 8), b"0\r\n\r\n");
    }
}
