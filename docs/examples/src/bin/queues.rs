//! A queue with a limit and one without, and nobody who takes anything out.

use std::sync::mpsc::{self, TrySendError};

fn main() {
    // ANCHOR: bounded
    let (kitchen, waiter) = mpsc::sync_channel(3);
    for plate in 1..=4 {
        match kitchen.try_send(plate) {
            Ok(()) => println!("plate {plate}: in the queue"),
            Err(TrySendError::Full(plate)) => println!("plate {plate}: no room, it comes back to us"),
            Err(TrySendError::Disconnected(plate)) => println!("plate {plate}: nobody will ever take it"),
        }
    }

    // The queue ends when its last sender is gone. What is in it can still be taken out.
    drop(kitchen);
    let plates: Vec<i32> = waiter.iter().collect();
    println!("the waiter takes {plates:?}, then the queue has ended");
    // ANCHOR_END: bounded

    let (kitchen, waiter) = mpsc::channel();
    let taken = (0..1_000_000).filter(|plate| kitchen.send(*plate).is_ok()).count();
    println!("without a limit: {taken} plates in the queue, and no error");
    drop(waiter);
    println!("without a waiter: {:?}", kitchen.send(0).is_err());
}
