//! The scenes of lab 5: several clients at once.
//!
//! What depends on who is first is staged: a thread waits until the others are where the scene wants them. Such an order
//! is rare, and allowed; a program must be right in it too.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Barrier, Mutex, PoisonError};
use std::thread;

use super::calls::{is_wait, key};
use super::play::{ANY, Play, SHORT, accept};
use super::scene::Run;
use crate::peer::show_first;
use crate::texts::say;
use crate::wire::{Bytes, What};

pub const SCENES: &[(&str, Run)] = &[
    ("second-client", second_client),
    ("two-lines", two_lines),
    ("same-name", same_name),
    ("mixed-lines", mixed_lines),
    ("lock-and-write", lock_and_write),
    ("kept-copy", kept_copy),
];

fn second_client(play: &Play) -> io::Result<String> {
    let listener = TcpListener::bind(ANY)?;
    let address = listener.local_addr()?;
    thread::scope(|scope| {
        scope.spawn(|| serve_two(play, &listener));
        let mut alice = play.connect("alice", address)?;
        alice.send("", b"a")?;
        alice.read(1024, SHORT * 4)?;
        let Ok(mut bob) = play.connect("bob", address) else { return Ok("connect".to_string()) };
        if bob.send("", b"b").is_err() {
            return Ok("write".to_string());
        }
        let got = bob.read(1024, SHORT);
        play.here();
        alice.close();
        let waits = got.as_ref().is_err_and(is_wait);
        if waits {
            bob.read(1024, SHORT * 4)?;
        }
        Ok(if waits { "read" } else { "nobody" }.to_string())
    })
}

/// An echo server that serves one client at a time, and two in all.
fn serve_two(play: &Play, listener: &TcpListener) {
    for who in [say!("predict/rows/accept_the_first"), say!("predict/rows/accept_the_second")] {
        let Ok(mut stream) = accept(listener) else { return };
        play.right(who);
        let _ = stream.set_read_timeout(Some(SHORT * 5));
        let mut buf = [0; 1024];
        while let Ok(count @ 1..) = stream.read(&mut buf) {
            let _ = stream.write_all(&buf[..count]);
        }
    }
}

fn two_lines(play: &Play) -> io::Result<String> {
    let (mut client, mut server) = play.tcp()?;
    client.send("", b"WHO\nWHO\n")?;
    let mut replies = 0;
    // A server that takes what one read gives for one line.
    while let Ok(line) = server.read(1024) {
        if line.starts_with(b"WHO") {
            server.write(b"WHO-OK alice\n")?;
            replies += 1;
        }
    }
    client.read_short()?;
    play.here();
    Ok(replies.to_string())
}

fn same_name(play: &Play) -> io::Result<String> {
    let names: Mutex<Vec<String>> = Mutex::default();
    let (both_looked, mut seats) = (Barrier::new(2), Vec::new());
    let listener = TcpListener::bind(ANY)?;
    for lane in ["laptop", "phone"] {
        let mut client = play.connect(lane, listener.local_addr()?)?;
        client.send("", b"HELLO-FROM alice\n")?;
        seats.push((client, accept(&listener)?));
    }
    let (names, both_looked) = (&names, &both_looked);
    let mut welcome = 0;
    thread::scope(|scope| {
        for (_, stream) in &seats {
            scope.spawn(move || log_in(play, names, both_looked, stream));
        }
    });
    for (client, _) in &mut seats {
        welcome += usize::from(client.read_short()?.starts_with(b"HELLO"));
        play.here();
    }
    Ok(welcome.to_string())
}

/// Looks whether the name is free, and takes it: under the lock each, but not under one.
fn log_in(play: &Play, names: &Mutex<Vec<String>>, both_looked: &Barrier, mut stream: &TcpStream) {
    let lock = || names.lock().unwrap_or_else(PoisonError::into_inner);
    let taken = lock().iter().any(|name| name == "alice");
    play.right(if taken { say!("predict/rows/name_taken") } else { say!("predict/rows/name_free") });
    both_looked.wait();
    if taken {
        let _ = stream.write_all(b"IN-USE\n");
        return;
    }
    lock().push("alice".to_string());
    play.right(say!("predict/rows/lock_insert_unlock"));
    let _ = stream.write_all(b"HELLO alice\n");
}

fn mixed_lines(play: &Play) -> io::Result<String> {
    let (mut client, server) = play.tcp()?;
    let (first_is_half, go_on) = channel::<()>();
    let (second_is_done, finish) = channel::<()>();
    let write = |who: &str, bytes: &[u8]| {
        let _ = (&server.stream).write_all(bytes);
        play.right(format!("{who}: {}", show_first(bytes, bytes.len())));
    };
    let write = &write;
    thread::scope(|scope| {
        scope.spawn(move || {
            write(say!("predict/rows/thread_1"), b"DELIVERY al ");
            let _ = first_is_half.send(());
            let _ = finish.recv();
            write(say!("predict/rows/thread_1"), b"hi\n");
        });
        scope.spawn(move || {
            let _ = go_on.recv();
            write(say!("predict/rows/thread_2"), b"DELIVERY bo ");
            write(say!("predict/rows/thread_2"), b"yo\n");
            let _ = second_is_done.send(());
        });
    });
    let got = client.read_short()?;
    play.here();
    let whole = got.split_inclusive(|byte| *byte == b'\n').all(|line| line.len() == b"DELIVERY al hi\n".len());
    Ok(if whole { "whole" } else { "mixed" }.to_string())
}

fn lock_and_write(play: &Play) -> io::Result<String> {
    let room: Mutex<()> = Mutex::default();
    let listener = TcpListener::bind(ANY)?;
    let mut bob = play.connect("bob", listener.local_addr()?)?;
    let to_bob = play.accept(&listener)?.stream;
    let mut carol = play.connect("carol", listener.local_addr()?)?;
    let to_carol = play.accept(&listener)?.stream;
    let (locked, is_locked) = channel();
    thread::scope(|scope| {
        let room = &room;
        scope.spawn(move || flood(play, room, to_bob, &locked));
        let _ = is_locked.recv();
        scope.spawn(move || answer(play, room, to_carol));
        carol.send("", b"WHO\n")?;
        let got = carol.read(1024, SHORT);
        play.here();
        play.say(say!("predict/rows/now_bob_reads"));
        let read = drain(&mut bob.stream);
        play.left("bob", What::Received(read));
        if got.is_err() {
            carol.read(1024, SHORT * 3)?;
        }
        Ok(match got {
            Ok(_) => "answered".to_string(),
            other => key(&other),
        })
    })
}

/// More than the kernel keeps for a client that does not read.
const FLOOD: usize = 16 * 1024 * 1024;

/// Writes to bob, with the lock on the room held.
fn flood(play: &Play, room: &Mutex<()>, mut bob: TcpStream, locked: &Sender<()>) {
    let _guard = room.lock().unwrap_or_else(PoisonError::into_inner);
    play.right(say!("predict/rows/lock_write_to_bob"));
    let _ = locked.send(());
    let _ = bob.write_all(&vec![b'x'; FLOOD]);
    play.right(say!("predict/rows/written_unlock"));
}

/// Answers carol, for which it needs the lock.
fn answer(play: &Play, room: &Mutex<()>, mut carol: TcpStream) {
    let mut buf = [0; 1024];
    let _ = carol.read(&mut buf);
    play.right(say!("predict/rows/who_read_lock"));
    let _guard = room.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = carol.write_all(b"WHO-OK bob,carol\n");
}

/// Reads the flood to its last byte, or until nothing more comes.
fn drain(stream: &mut TcpStream) -> Bytes {
    let mut all = Bytes { pieces: 0, ..Bytes::of(b"") };
    let mut buf = vec![0; 256 * 1024];
    while all.count < FLOOD as u64
        && let Ok(count @ 1..) = stream.read(&mut buf)
    {
        all.join(&Bytes::of(&buf[..count]));
    }
    all
}

fn kept_copy(play: &Play) -> io::Result<String> {
    let (mut client, server) = play.tcp()?;
    let copy = server.stream.try_clone()?;
    play.right(say!("predict/rows/try_clone"));
    server.close();
    let got = client.read_short();
    play.here();
    drop(copy);
    play.right(say!("predict/rows/drop_the_clone"));
    if got.is_err() {
        client.read_short()?;
    }
    Ok(key(&got))
}
