//! Two threads sell the last ticket. One version looks and takes under two locks, the other under one.

use std::sync::{Barrier, Mutex};
use std::thread;

// ANCHOR: wrong
/// WRONG: between looking and taking, the other thread has its turn. The barrier makes sure of it: it lets nobody pass
/// before both are there.
fn two_locks(tickets: &Mutex<i32>, both_have_looked: &Barrier) -> bool {
    let free = *tickets.lock().unwrap() > 0;
    both_have_looked.wait();
    if free {
        *tickets.lock().unwrap() -= 1;
    }
    free
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Looking and taking are one step for everybody else.
fn one_lock(tickets: &Mutex<i32>) -> bool {
    let mut left = tickets.lock().unwrap();
    if *left == 0 {
        return false;
    }
    *left -= 1;
    true
}
// ANCHOR_END: right

fn main() {
    let barrier = Barrier::new(2);
    report("two locks", |tickets| two_locks(tickets, &barrier));
    report("one lock ", one_lock);
}

/// Two buyers at once, one ticket.
fn report(name: &str, buy: impl Fn(&Mutex<i32>) -> bool + Sync) {
    let tickets = Mutex::new(1);
    let sold = thread::scope(|scope| {
        let first = scope.spawn(|| buy(&tickets));
        let second = scope.spawn(|| buy(&tickets));
        usize::from(first.join().unwrap()) + usize::from(second.join().unwrap())
    });
    println!("{name}: 1 ticket, {sold} sold, {} left", tickets.into_inner().unwrap());
}
