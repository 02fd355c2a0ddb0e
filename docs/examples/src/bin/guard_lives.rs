//! How long the guard of a lock lives that has no variable of its own.

use std::sync::Mutex;

/// Says whether the lock can be had just now.
fn say(place: &str, list: &Mutex<Vec<i32>>) {
    let state = if list.try_lock().is_ok() { "free" } else { "held" };
    println!("{place:12} {state}");
}

fn main() {
    let list = Mutex::new(vec![7]);

    // ANCHOR: lives
    let length = list.lock().unwrap().len();
    say("behind let", &list);

    if list.lock().unwrap().len() == length {
        say("in if", &list);
    }
    for _ in list.lock().unwrap().iter() {
        say("in for", &list);
    }
    match list.lock().unwrap().len() {
        0 => println!("the list is empty"),
        _ => say("in match", &list),
    }
    if let Some(7) = list.lock().unwrap().first() {
        say("in if let", &list);
    }
    while let Some(7) = list.lock().unwrap().pop() {
        say("in while let", &list);
    }
    // ANCHOR_END: lives
}
