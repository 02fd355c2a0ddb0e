//! Two small writes, one answer: what they cost with Nagle's algorithm, without it, and as a single write.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use book_examples::connection;

const ROUNDS: usize = 25;

fn main() -> Result<()> {
    println!("two writes             {:>6.2} ms", millis(median(false, false)?));
    println!("two writes, no delay   {:>6.2} ms", millis(median(true, false)?));
    println!("one write              {:>6.2} ms", millis(median(false, true)?));
    Ok(())
}

// ANCHOR: median
/// A request of 6 bytes in two writes (or one), and an answer of 1 byte. The median of all rounds.
fn median(no_delay: bool, together: bool) -> Result<Duration> {
    let (mut client, server) = connection()?;
    thread::spawn(move || answer(server));
    client.set_nodelay(no_delay)?;

    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        if together {
            client.write_all(b"count!")?;
        } else {
            client.write_all(b"count")?;
            client.write_all(b"!")?;
        }
        client.read_exact(&mut [0; 1])?;
        rounds.push(begin.elapsed());
    }
    rounds.sort();
    Ok(rounds[ROUNDS / 2])
}
// ANCHOR_END: median

fn answer(mut client: TcpStream) {
    while client.read_exact(&mut [0; 6]).is_ok() && client.write_all(b"6").is_ok() {}
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
