//! Waiting for one letter among many. With a timeout for each letter, the wait never ends as long as other letters come;
//! with a deadline it does.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_millis(300);

/// The time between two letters, and how many come. All of them are advertising.
const PAUSE: Duration = Duration::from_millis(100);
const LETTERS: usize = 10;

// ANCHOR: wrong
/// WRONG: every letter starts the wait anew.
fn with_timeout(letterbox: &Receiver<&str>) -> usize {
    let mut opened = 0;
    while let Ok(letter) = letterbox.recv_timeout(LIMIT) {
        opened += 1;
        if letter == "from grandmother" {
            break;
        }
    }
    opened
}
// ANCHOR_END: wrong

// ANCHOR: right
/// The point in time is fixed once. What is left until then becomes less with every letter.
fn with_deadline(letterbox: &Receiver<&str>) -> usize {
    let closing_time = Instant::now() + LIMIT;
    let mut opened = 0;
    loop {
        let rest = closing_time.saturating_duration_since(Instant::now());
        match letterbox.recv_timeout(rest) {
            Ok("from grandmother") => return opened + 1,
            Ok(_) => opened += 1,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return opened,
        }
    }
}
// ANCHOR_END: right

/// A letterbox into which letters come at fixed times.
fn letterbox() -> Receiver<&'static str> {
    let (post, letterbox) = mpsc::channel();
    thread::spawn(move || {
        for _ in 0..LETTERS {
            thread::sleep(PAUSE);
            let _ = post.send("advertising");
        }
        // The post office does not close before the reader has waited long enough.
        thread::sleep(2 * LIMIT);
    });
    letterbox
}

fn main() {
    println!("a letter every {} ms, {LETTERS} in all; patience: {} ms", PAUSE.as_millis(), LIMIT.as_millis());
    let started = Instant::now();
    let opened = with_timeout(&letterbox());
    println!("timeout:  {opened} letters opened, {} ms waited", started.elapsed().as_millis());

    let started = Instant::now();
    let opened = with_deadline(&letterbox());
    println!("deadline: {opened} letters opened, {} ms waited", started.elapsed().as_millis());
}
