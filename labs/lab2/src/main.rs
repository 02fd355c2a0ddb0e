//! The program of lab 2, provided: it finds the server, connects, and talks, with your functions. `--stage STUB` uses
//! them up to and including STUB and does the rest itself.

use std::env;
use std::io::{self, ErrorKind, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;

use anyhow::{Context, Result};

use lab2::provided::{self, Options, Output, Stage, Target};

pub fn main() -> ExitCode {
    let options = match Options::parse(env::args_os().skip(1)) {
        Ok(options) => options,
        Err(text) => return provided::fail_usage(text),
    };

    // From here until the connection stands, every error ends with exit code 3.
    let addrs = match resolve_all(&options.targets) {
        Ok(addrs) => addrs,
        Err(error) => return provided::fail(provided::CANNOT_CONNECT, format!("{error:#}")),
    };
    let stream = match connect(&options, &addrs) {
        Ok(stream) => stream,
        Err(error) => return provided::fail(provided::CANNOT_CONNECT, format!("{error:#}")),
    };

    // Returning ends the process, also while the thread of `pump` still waits for standard input.
    let mut output = Output::new();
    match talk(&options, stream, &mut output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => match output.error() {
            None => {
                let code = provided::exit_code(error.downcast_ref::<io::Error>());
                provided::fail(code, format!("{error:#}"))
            }
            // Whoever read our output has seen enough (`lab2 ... | head`).
            Some(ErrorKind::BrokenPipe) => ExitCode::SUCCESS,
            Some(kind) => provided::fail(provided::CANNOT_WRITE, format!("cannot write to standard output: {kind}")),
        },
    }
}

/// The addresses of all targets in one list, in order.
fn resolve_all(targets: &[Target]) -> Result<Vec<SocketAddr>> {
    let mut addrs = Vec::new();
    for target in targets {
        let found =
            lab2::resolve(&target.host, target.port).with_context(|| format!("cannot resolve {}", target.text))?;
        addrs.extend(found);
    }
    Ok(addrs)
}

fn connect(options: &Options, addrs: &[SocketAddr]) -> Result<TcpStream> {
    let connected = match options.stage {
        Stage::Resolve => TcpStream::connect(addrs),
        _ => lab2::connect_any(addrs, options.connect_timeout),
    };
    connected.with_context(|| format!("cannot connect to {}", list(addrs)))
}

fn talk(options: &Options, mut stream: TcpStream, output: &mut Output) -> Result<()> {
    let idle = options.idle_timeout;
    // Not `?`: a connection that was reset meanwhile has no peer address.
    let server = match stream.peer_addr() {
        Ok(addr) => addr.to_string(),
        Err(_) => "the server".to_string(),
    };
    match (options.stage, &options.message) {
        (Stage::Resolve, _) => {}
        (Stage::ConnectAny, _) => provided::say(format!("connected to {server}")),
        (Stage::RecvExactly, Some(message)) => {
            let reply = stream
                .write_all(message)
                .and_then(|()| lab2::recv_exactly(&mut stream, message.len(), idle))
                .with_context(|| format!("no complete reply from {server}"))?;
            output.print(&reply)?;
        }
        (_, Some(message)) => {
            let reply = lab2::echo_message(&mut stream, message, idle)
                .with_context(|| format!("no complete reply from {server}"))?;
            output.print(&reply)?;
        }
        (_, None) => {
            lab2::pump(stream, io::stdin(), output).with_context(|| format!("connection to {server} broke"))?;
        }
    }
    Ok(())
}

fn list(addrs: &[SocketAddr]) -> String {
    let texts: Vec<String> = addrs.iter().map(SocketAddr::to_string).collect();
    texts.join(", ")
}
