//! The scenes of lab 3: what a client makes of an HTTP response.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;

use super::calls::{failed, is_wait, key, one_line, waits};
use super::play::{Left, Play, Right, SHORT};
use super::scene::Run;
use crate::peer::show_first;
use crate::texts::say;

pub const SCENES: &[(&str, Run)] = &[
    ("head-in-pieces", head_in_pieces),
    ("cut-short", cut_short),
    ("kept-open", kept_open),
    ("chunks-as-text", chunks_as_text),
    ("swallowed", swallowed),
    ("no-blank-line", no_blank_line),
];

fn head_in_pieces(play: &Play) -> io::Result<String> {
    let (mut server, mut client) = play.tcp_from_right()?;
    server.send("", b"HTTP/1.1 200 OK\r\nCont")?;
    let first = client.read(1024);
    play.here();
    server.send("", b"ent-Length: 0\r\n\r\n")?;
    client.read(1024)?;
    let whole = first.as_ref().is_ok_and(|bytes| bytes.ends_with(b"\r\n\r\n"));
    Ok(match first {
        Ok(_) if whole => "whole".to_string(),
        Ok(bytes) if !bytes.is_empty() => "part".to_string(),
        other => key(&other),
    })
}

fn cut_short(play: &Play) -> io::Result<String> {
    let (mut server, mut client) = play.tcp_from_right()?;
    server.send(say!("predict/rows/head"), b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")?;
    server.send(say!("predict/rows/body"), b"abc")?;
    read_head(&mut client)?;
    server.close();
    let (body, error) = read_to_end(&mut client);
    play.here();
    Ok(match error {
        None => format!("ok-{}", body.len()),
        Some(error) if is_wait(&error) => "waits".to_string(),
        Some(error) => format!("{:?}", error.kind()),
    })
}

fn kept_open(play: &Play) -> io::Result<String> {
    let (mut server, mut client) = play.tcp_from_right()?;
    server.send(say!("predict/rows/head"), b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")?;
    server.send(say!("predict/rows/body"), b"hello")?;
    read_head(&mut client)?;
    let (body, error) = read_to_end(&mut client);
    play.here();
    Ok(match error {
        None => format!("ok-{}", body.len()),
        Some(error) if is_wait(&error) => "waits".to_string(),
        Some(error) => format!("{:?}", error.kind()),
    })
}

fn chunks_as_text(play: &Play) -> io::Result<String> {
    let (mut server, mut client) = play.tcp_from_right()?;
    server.send(say!("predict/rows/head"), b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
    server.send(say!("predict/rows/1st_chunk"), b"5\r\nhello\r\n")?;
    server.send(say!("predict/rows/last_chunk"), b"0\r\n\r\n")?;
    read_head(&mut client)?;
    server.close();
    let (body, _) = read_to_end(&mut client);
    play.here();
    Ok(body.len().to_string())
}

fn swallowed(play: &Play) -> io::Result<String> {
    let (mut server, mut client) = play.tcp_from_right()?;
    server.send(say!("predict/rows/head"), b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")?;
    server.send(say!("predict/rows/body"), b"hello")?;
    let mut reader = BufReader::new(&client.stream);
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        play.right(say!("predict/rows/line", shown = show_first(line.as_bytes(), line.len())));
        line.clear();
    }
    play.right(say!("predict/rows/end_of_head"));
    drop(reader);
    let got = client.read(1024);
    play.here();
    Ok(key(&got))
}

fn no_blank_line(play: &Play) -> io::Result<String> {
    let (mut client, server) = play.tcp()?;
    thread::scope(|scope| {
        scope.spawn(|| answer_one_request(play, &server.stream));
        client.send("", b"GET / HTTP/1.1\r\nHost: localhost\r\n")?;
        let answer = client.read(1024, SHORT);
        play.here();
        finish(play, &mut client)?;
        Ok(match answer {
            Ok(bytes) if bytes.starts_with(b"HTTP/1.1 ") => show_first(&bytes[9..], 3).replace('"', ""),
            other => key(&other),
        })
    })
}

/// What was missing, to show that it was that.
fn finish(play: &Play, client: &mut Left<'_>) -> io::Result<()> {
    play.say(say!("predict/rows/now_the_blank_line"));
    client.send("", b"\r\n")?;
    client.read(1024, SHORT * 4).map(drop)
}

/// A server that reads a head to its blank line, and then answers.
fn answer_one_request(play: &Play, mut stream: &TcpStream) {
    let mut head = Vec::new();
    let mut buf = [0; 1024];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut buf) {
            Ok(count @ 1..) => head.extend(&buf[..count]),
            _ => return,
        }
    }
    play.right(say!("predict/rows/blank_line_i_answer"));
    let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
}

/// Reads to the blank line byte by byte, so that nothing of the body is taken.
fn read_head(client: &mut Right<'_>) -> io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        client.stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    client.play.right(say!("predict/rows/head_bytes", count = head.len()));
    Ok(())
}

/// `read_to_end`, and what it had when it was given up.
fn read_to_end(client: &mut Right<'_>) -> (Vec<u8>, Option<io::Error>) {
    let mut body = Vec::new();
    let _ = client.stream.set_read_timeout(Some(SHORT));
    let error = client.stream.read_to_end(&mut body).err();
    client.play.right(match &error {
        None => one_line("read_to_end", &body),
        Some(error) if is_wait(error) => waits("read_to_end"),
        Some(error) => failed("read_to_end", error),
    });
    (body, error)
}
