//! An answer is lost, so the question is asked again. Without a number the other side cannot know that it is the same
//! question, and does the work twice.

use std::io;
use std::net::UdpSocket;
use std::thread;
use std::time::Duration;

/// How long the customer waits for an answer.
const PATIENCE: Duration = Duration::from_millis(500);

// ANCHOR: bank
/// Adds what it is told to an account and answers with the sum. The first answer gets lost on the way.
fn bank(socket: &UdpSocket, look_at_number: bool) -> io::Result<u32> {
    let mut account = 0;
    let mut last = None;
    for request in 0..2 {
        let mut buf = [0; 16];
        let (n, customer) = socket.recv_from(&mut buf)?;
        let [number, amount] = buf[..n] else { continue };

        if !look_at_number || last != Some(number) {
            account += u32::from(amount);
        }
        last = Some(number);
        if request > 0 {
            socket.send_to(&[number], customer)?;
        }
    }
    Ok(account)
}
// ANCHOR_END: bank

/// Pays in 5 once, and asks again when no answer comes. Returns how often it has asked.
fn customer(socket: &UdpSocket) -> io::Result<u32> {
    socket.set_read_timeout(Some(PATIENCE))?;
    let mut asked = 0;
    loop {
        socket.send(&[77, 5])?;
        asked += 1;
        match socket.recv(&mut [0; 16]) {
            Ok(_) => return Ok(asked),
            Err(_) if asked < 5 => {}
            Err(error) => return Err(error),
        }
    }
}

fn main() -> anyhow::Result<()> {
    for look_at_number in [false, true] {
        let here = UdpSocket::bind("127.0.0.1:0")?;
        let there = UdpSocket::bind("127.0.0.1:0")?;
        here.connect(there.local_addr()?)?;
        let bank = thread::spawn(move || bank(&there, look_at_number));

        let asked = customer(&here)?;
        let account = bank.join().expect("the bank does not panic")?;
        let how = if look_at_number { "looks at the number" } else { "does not look   " };
        println!("the bank {how:19}: paid in 5, asked {asked} times, account {account}");
    }
    Ok(())
}
