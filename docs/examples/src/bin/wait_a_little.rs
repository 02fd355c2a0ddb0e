//! Python's `t.join(0.1)` in Rust. `join` has no timeout, but a channel can be waited for with one.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

fn main() {
    // ANCHOR: wait
    let (done, is_done) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel();
    let worker = thread::spawn(move || {
        may_go_on.recv().unwrap(); // work that lasts until somebody lets it end
        println!("Hello World");
        done.send(()).unwrap();
    });

    match is_done.recv_timeout(Duration::from_millis(100)) {
        Ok(()) => println!("finished"),
        Err(_) => println!("100 ms have passed; the thread goes on"),
    }
    go_on.send(()).unwrap();
    worker.join().unwrap();
    println!("join returns when the thread has ended, however long that takes");
    // ANCHOR_END: wait
}
