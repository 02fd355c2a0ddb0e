//! Provided: the program around your functions. It drives the stubs up to the one that `--stage` names; without
//! `--stage` it is the whole server.

use std::net::UdpSocket;
use std::process::ExitCode;

use lab6::provided::{self, Options, Stage};

pub fn main() -> ExitCode {
    let options = match provided::read_options() {
        Ok(options) => options,
        Err(exit_code) => return exit_code,
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            provided::report(format!("{error:#}"));
            ExitCode::from(provided::EXIT_SOCKET)
        }
    }
}

// ANCHOR: stages
fn run(options: &Options) -> anyhow::Result<()> {
    let socket = UdpSocket::bind(options.listen)?;
    provided::print_listening(&socket)?;

    match options.stage {
        Stage::AnswerOne => {
            // One buffer for all datagrams: what an earlier one has left in it must not go out with the next.
            let mut buf = [0; 1024];
            loop {
                lab6::answer_one(&socket, &mut buf)?;
            }
        }
        Stage::Serve => lab6::serve(&socket)?,
    }
    Ok(())
}
// ANCHOR_END: stages
