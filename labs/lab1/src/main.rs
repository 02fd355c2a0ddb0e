//! Provided: the program around your functions. It drives the stubs up to the one that `--stage` names; without
//! `--stage` it is the whole echo server.

use std::io;
use std::net::TcpListener;
use std::process::ExitCode;

use anyhow::Context;
use lab1::provided::{self, Options, Stage};

pub fn main() -> ExitCode {
    let options = match provided::read_options() {
        Ok(options) => options,
        Err(exit_code) => return exit_code,
    };
    match run(&options) {
        Ok(exit_code) => exit_code,
        Err(error) => {
            provided::report(format!("{error:#}"));
            ExitCode::from(provided::EXIT_LISTEN)
        }
    }
}

/// An error that comes out of here is about the listener. What happens to a client is reported where it happens.
fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let listener =
        lab1::open_listener(options.listen).with_context(|| format!("cannot listen on {}", options.listen))?;
    provided::print_listening(&listener).context("cannot print the address on stdout")?;

    match options.stage {
        Stage::OpenListener => hold_clients(&listener),
        Stage::EchoOnce => echo_twice(&listener),
        Stage::EchoUntilEof => echo_one_client(&listener),
        Stage::Serve => serve_for_ever(&listener),
    }
}

/// `--stage open_listener`: accepts every client, and neither reads from one nor closes one.
fn hold_clients(listener: &TcpListener) -> anyhow::Result<ExitCode> {
    let mut clients = Vec::new();
    loop {
        clients.push(listener.accept().context("cannot accept a client")?);
    }
}

/// `--stage echo_once`: one client, at most two calls; then waits until the client closes.
fn echo_twice(listener: &TcpListener) -> anyhow::Result<ExitCode> {
    let (mut stream, _) = listener.accept().context("cannot accept a client")?;
    let mut buf = [0; 1024];

    for _ in 0..2 {
        match lab1::echo_once(&mut stream, &mut buf) {
            Ok(0) => return Ok(ExitCode::SUCCESS),
            Ok(_) => {}
            Err(error) => {
                provided::report_client(&error);
                return Ok(ExitCode::from(provided::EXIT_PEER));
            }
        }
    }

    // However the client ends now, it has had its two answers. A timeout that `echo_once` has set is not for this wait.
    let _ = stream.set_nonblocking(false).and_then(|()| stream.set_read_timeout(None));
    let _ = io::copy(&mut stream, &mut io::sink());
    Ok(ExitCode::SUCCESS)
}

/// `--stage echo_until_eof`: one client, from its first byte to its last.
fn echo_one_client(listener: &TcpListener) -> anyhow::Result<ExitCode> {
    let (mut stream, _) = listener.accept().context("cannot accept a client")?;
    let result = lab1::echo_until_eof(&mut stream);
    drop(stream);

    match result {
        Ok(count) => {
            provided::say(format!("{count} bytes echoed"));
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            provided::report_client(&error);
            Ok(ExitCode::from(provided::EXIT_PEER))
        }
    }
}

/// `--stage serve`, and the program without `--stage`: one client after another, for ever.
fn serve_for_ever(listener: &TcpListener) -> anyhow::Result<ExitCode> {
    lab1::serve(listener).context("cannot accept clients any more")?;
    provided::report("`serve` has returned, so the server ends");
    Ok(ExitCode::SUCCESS)
}
