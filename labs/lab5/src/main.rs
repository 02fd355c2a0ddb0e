//! Provided: the program around your functions. It drives the stubs up to the one that `--stage` names; without
//! `--stage` it is the whole chat server.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use lab5::provided::{self, Options, Stage};
use lab5::{Line, LineReader, Room};

pub fn main() -> ExitCode {
    let options = match provided::read_options() {
        Ok(options) => options,
        Err(exit_code) => return exit_code,
    };
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            provided::report(format!("{error:#}"));
            ExitCode::from(provided::EXIT_LISTEN)
        }
    }
}

/// An error that comes out of here is about the listener. What happens to a client is reported where it happens.
fn run(options: Options) -> anyhow::Result<()> {
    let listener = TcpListener::bind(options.listen).with_context(|| format!("cannot listen on {}", options.listen))?;
    provided::print_listening(&listener).context("cannot print the address on stdout")?;

    match options.stage {
        Stage::NextLine | Stage::ParseCommand => serve_one_by_one(&listener, options),
        // How far a conversation goes in these stages, `provided::converse` decides.
        Stage::Serve | Stage::Join | Stage::Names | Stage::Deliver => {
            let room = Arc::new(Room::new(options));
            lab5::serve(listener, room).context("cannot accept clients")
        }
    }
}

/// `--stage next_line` and `--stage parse_command`: one client after another, without threads, for ever.
fn serve_one_by_one(listener: &TcpListener, options: Options) -> ! {
    loop {
        let served = match listener.accept() {
            Ok((stream, _)) => answer_lines(stream, options),
            Err(error) => {
                thread::sleep(Duration::from_millis(50));
                Err(error)
            }
        };
        if let Err(error) = served {
            provided::report_client(&error);
        }
    }
}

/// Sends back what became of each line of one client.
fn answer_lines(stream: TcpStream, options: Options) -> io::Result<()> {
    let mut reader = LineReader::new(stream, options.max_line);
    loop {
        let reply = match lab5::next_line(&mut reader)? {
            Line::Full(line) if options.stage == Stage::NextLine => provided::with_length(&line),
            Line::Full(line) => provided::canonical(&lab5::parse_command(&line)),
            Line::TooLong => {
                provided::write_line(&reader.stream, b"TOO-LONG".to_vec())?;
                return provided::finish(&reader.stream);
            }
            Line::Eof => return Ok(()),
        };
        provided::write_line(&reader.stream, reply)?;
    }
}
