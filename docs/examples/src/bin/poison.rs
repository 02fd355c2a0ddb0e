//! What a panic in a thread costs: the thread, what it was doing, and, if it held a lock, a warning to all others.

use std::panic;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

// ANCHOR: seat
/// A seat at a table. Who gets up, in whatever way, frees it.
struct Seat {
    guests: Arc<Mutex<Vec<&'static str>>>,
    name: &'static str,
}

impl Drop for Seat {
    fn drop(&mut self) {
        // No `unwrap` here: a panic during a panic ends the whole process.
        let mut guests = self.guests.lock().unwrap_or_else(PoisonError::into_inner);
        guests.retain(|guest| *guest != self.name);
        println!("{} has left the table", self.name);
    }
}
// ANCHOR_END: seat

fn sit_down(guests: &Arc<Mutex<Vec<&'static str>>>, name: &'static str) -> Seat {
    guests.lock().unwrap_or_else(PoisonError::into_inner).push(name);
    Seat { guests: Arc::clone(guests), name }
}

fn main() {
    // Otherwise the panic writes where it happened to standard error.
    panic::set_hook(Box::new(|_| {}));

    // ANCHOR: panic
    let guests = Arc::new(Mutex::new(Vec::new()));
    let _alice = sit_down(&guests, "alice");

    let table = Arc::clone(&guests);
    let bob = thread::spawn(move || {
        let _bob = sit_down(&table, "bob");
        let _guard = table.lock().unwrap();
        panic!("bob drops a glass, with the lock in his hand");
    });
    println!("join: {}", if bob.join().is_err() { "Err, the thread has panicked" } else { "Ok" });

    println!("lock: {}", if guests.lock().is_err() { "Err, the lock is poisoned" } else { "Ok" });
    let taken = guests.lock().unwrap_or_else(PoisonError::into_inner);
    println!("taken all the same: {taken:?}");
    // ANCHOR_END: panic
    drop(taken);
}
