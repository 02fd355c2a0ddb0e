//! Two programs that both write before they read, and what `ss` shows of them: each waits for the other.

use std::io::Write;
use std::net::{self, TcpListener, TcpStream};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::Context;

/// More than the buffers of a connection hold, in each direction.
const BYTES: usize = 32 * 1024 * 1024;

fn main() -> anyhow::Result<()> {
    // An address of its own, so that `ss` shows nothing else.
    let listener = TcpListener::bind("127.7.0.5:0")?;
    let left = TcpStream::connect(listener.local_addr()?)?;
    let (right, _) = listener.accept()?;
    drop(listener);

    thread::scope(|scope| {
        for end in [&left, &right] {
            // Both are stuck here: nobody reads.
            scope.spawn(move || (&*end).write_all(&vec![b'x'; BYTES]));
        }
        let shown = stuck_as_seen_by_ss();
        let _ = left.shutdown(net::Shutdown::Both);
        let _ = right.shutdown(net::Shutdown::Both);
        print!("{}", shown?);
        Ok(())
    })
}

/// What `ss` shows once bytes wait in all four queues and no number changes any more.
fn stuck_as_seen_by_ss() -> anyhow::Result<String> {
    let mut before = String::new();
    loop {
        let filter = ["-tn", "src", "127.7.0.5", "or", "dst", "127.7.0.5"];
        let output = Command::new("ss").args(filter).output().context("cannot run ss")?;
        let now: String =
            String::from_utf8(output.stdout)?.lines().map(|line| line.trim_end().to_string() + "\n").collect();
        let words = |line: &str| line.split_whitespace().map(str::to_string).collect::<Vec<_>>();
        let full = now.lines().skip(1).filter(|line| words(line)[1] != "0" && words(line)[2] != "0").count();
        if now == before && full == 2 {
            return Ok(now);
        }
        before = now;
        thread::sleep(Duration::from_millis(100));
    }
}
