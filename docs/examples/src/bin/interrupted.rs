//! A read that a signal ends. The program starts itself a second time as the reader, stops it and lets it go on.

use std::env;
use std::io::{ErrorKind, Read};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};
use book_examples::{connection, named};

fn main() -> Result<()> {
    if env::args().nth(1).is_some() {
        return reader();
    }
    let mut child = Command::new(env::current_exe()?).arg("reader").spawn()?;
    let stop_and_go = format!("kill -STOP {0}; kill -CONT {0}", child.id());
    while child.try_wait()?.is_none() {
        Command::new("sh").args(["-c", &stop_and_go]).output()?;
    }
    Ok(())
}

// ANCHOR: reader
/// Waits for bytes that do not come. Linux ends a read with a time limit when the process was stopped (signal(7)).
fn reader() -> Result<()> {
    let (_client, mut server) = connection()?;
    server.set_read_timeout(Some(Duration::from_secs(30)))?;
    match server.read(&mut [0; 10]) {
        Err(error) if error.kind() == ErrorKind::Interrupted => println!("read: {}", named(&error)),
        other => bail!("read: {other:?}"),
    }
    println!("nothing was read, and nothing is lost: the connection is as it was");
    Ok(())
}
// ANCHOR_END: reader
