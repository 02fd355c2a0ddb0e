//! A newspaper keeps its news behind a lock. One thread sends all of them to bob, who does not read; meanwhile carol's thread
//! needs the lock. One version writes with the lock held, the other copies first.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// More than the buffers of a connection hold.
const NEWS: usize = 32 * 1024 * 1024;

/// How long carol waits before this program says "nothing".
const PATIENCE: Duration = Duration::from_secs(1);

type News = Mutex<Vec<u8>>;

// ANCHOR: wrong
/// WRONG: bob decides how long the write takes, and for so long nobody else gets the lock.
fn send_under_the_lock(news: &News, mut bob: TcpStream, begun: &Sender<()>) {
    let guard = news.lock().unwrap();
    begun.send(()).unwrap();
    let _ = bob.write_all(&guard);
}
// ANCHOR_END: wrong

// ANCHOR: right
/// The guard lives to the end of its block. What takes time happens behind it.
fn send_a_copy(news: &News, mut bob: TcpStream, begun: &Sender<()>) {
    let copy = {
        let guard = news.lock().unwrap();
        guard.clone()
    };
    begun.send(()).unwrap();
    let _ = bob.write_all(&copy);
}
// ANCHOR_END: right

fn main() -> anyhow::Result<()> {
    try_it("the write under the lock", send_under_the_lock)?;
    try_it("the write behind it     ", send_a_copy)
}

fn try_it(name: &str, send: fn(&News, TcpStream, &Sender<()>)) -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut bob = TcpStream::connect(listener.local_addr()?)?;
    let (to_bob, _) = listener.accept()?;
    let news = Arc::new(Mutex::new(vec![b'n'; NEWS]));

    let (begun, has_begun) = mpsc::channel();
    let shared = Arc::clone(&news);
    let writer = thread::spawn(move || send(&shared, to_bob, &begun));
    has_begun.recv()?;

    let (answer, carol) = mpsc::channel();
    thread::spawn(move || answer.send(news.lock().unwrap().len()));
    let while_bob_sleeps = carol.recv_timeout(PATIENCE);
    match while_bob_sleeps {
        Ok(_) => println!("{name}: carol has her answer while bob does not read"),
        Err(RecvTimeoutError::Timeout) => println!("{name}: carol gets nothing while bob does not read"),
        Err(other) => return Err(other.into()),
    }

    let read = bob.read_to_end(&mut Vec::new())?;
    if while_bob_sleeps.is_err() {
        carol.recv()?;
        println!("{name}: bob reads {} MiB, and now carol has her answer", read / 1024 / 1024);
    }
    writer.join().expect("the writer does not panic");
    Ok(())
}
