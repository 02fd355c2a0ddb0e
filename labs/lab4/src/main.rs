//! Provided: the program around your functions. It drives the stubs up to the one that `--stage` names; without `--stage`
//! it is the whole sender.

use std::io::{self, BufRead, Write};
use std::net::{SocketAddr, UdpSocket};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use lab4::SendError;
use lab4::errno;
use lab4::provided::{self, Arguments, Failure, Stage};

/// How long the program looks for a late "port unreachable" after its last datagram.
const LATE_LOOK: Duration = Duration::from_millis(100);

pub fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run() -> Result<(), Failure> {
    let args = provided::arguments(std::env::args_os().skip(1))?;
    let dest = provided::resolve(&args.host, args.port)?;
    let sock = lab4::open_sender(dest).map_err(|error| {
        let message = format!("cannot open a socket to {dest}: {error}");
        Failure::new(provided::exit::CANNOT_OPEN, message)
    })?;
    let mut input = io::stdin().lock();

    match args.stage {
        Stage::OpenSender => send_lines_plainly(&sock, dest, &mut input),
        Stage::EncodeData => send_frames(&sock, dest, &mut input),
        Stage::DecodeAck => print_acks(&sock, dest),
        Stage::SendAndWait => send_two_halves(&sock, dest, &mut input, &args),
        Stage::SendStream if args.reliable => send_reliably(&sock, dest, &mut input, &args),
        Stage::SendMessage | Stage::SendStream => send_lines(&sock, dest, &mut input),
    }
}

/// The default: each line is a datagram.
fn send_lines(sock: &UdpSocket, dest: SocketAddr, input: &mut impl BufRead) -> Result<(), Failure> {
    while let Some(line) = provided::next_line(input)? {
        lab4::send_message(sock, &line).map_err(|error| Failure::sending(dest, error))?;
    }
    look_for_late_error(sock).map_err(|error| Failure::sending(dest, error))
}

/// "Port unreachable" arrives after the send that caused it, so the last datagram's can only be seen by looking once more.
/// Datagrams that arrive meanwhile are of no interest, and a look that takes a little longer does no harm.
fn look_for_late_error(sock: &UdpSocket) -> Result<(), SendError> {
    let started = Instant::now();
    sock.set_read_timeout(Some(LATE_LOOK))?;
    while started.elapsed() < LATE_LOOK {
        match sock.recv(&mut [0; 1]) {
            Err(error) if errno::is_port_unreachable(&error) => {
                return Err(SendError::PortUnreachable);
            }
            _ => {}
        }
    }
    Ok(())
}

/// Stage `open_sender`: as the default, but without `send_message`.
fn send_lines_plainly(sock: &UdpSocket, dest: SocketAddr, input: &mut impl BufRead) -> Result<(), Failure> {
    while let Some(line) = provided::next_line(input)? {
        sock.send(&line).map_err(|error| Failure::socket(dest, error))?;
    }
    Ok(())
}

/// Stage `encode_data`: each line `D SEQ PAYLOAD` or `F SEQ` is a frame.
fn send_frames(sock: &UdpSocket, dest: SocketAddr, input: &mut impl BufRead) -> Result<(), Failure> {
    while let Some(line) = provided::next_line(input)? {
        let line = provided::frame_line(&line)?;
        let frame = lab4::encode_data(line.last, line.seq, &line.payload);
        sock.send(&frame).map_err(|error| Failure::socket(dest, error))?;
    }
    Ok(())
}

/// Stage `decode_ack`: says `READY`, then prints what each datagram is, until the datagram `END`.
fn print_acks(sock: &UdpSocket, dest: SocketAddr) -> Result<(), Failure> {
    let mut stdout = io::stdout();
    let mut buf = [0; 8192];
    sock.send(b"READY").map_err(|error| Failure::socket(dest, error))?;
    loop {
        let n = match sock.recv(&mut buf) {
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Failure::socket(dest, error)),
        };
        if &buf[..n] == b"END" {
            return Ok(());
        }
        let line = match lab4::decode_ack(&buf[..n]) {
            Some(seq) => format!("ack {seq}"),
            None => "none".to_string(),
        };
        writeln!(stdout, "{line}").map_err(Failure::output)?;
        stdout.flush().map_err(Failure::output)?;
    }
}

/// Stage `send_and_wait`: the two halves of the input as frames 0 and 1, without a last frame.
fn send_two_halves(
    sock: &UdpSocket,
    dest: SocketAddr,
    input: &mut impl BufRead,
    args: &Arguments,
) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(Failure::input)?;
    let (first, second) = bytes.split_at(bytes.len() / 2);
    for (seq, payload) in [(0, first), (1, second)] {
        let frame = lab4::encode_data(false, seq, payload);
        let sends = lab4::send_and_wait(sock, &frame, seq, args.timeout, args.retries)
            .map_err(|error| Failure::sending(dest, error))?;
        provided::say(&format!("frame {seq} acknowledged, sends: {sends}"));
    }
    Ok(())
}

/// `--reliable`: the whole input, in frames that are acknowledged one by one.
fn send_reliably(
    sock: &UdpSocket,
    dest: SocketAddr,
    input: &mut impl BufRead,
    args: &Arguments,
) -> Result<(), Failure> {
    let report = lab4::send_stream(sock, input, args.chunk, args.timeout, args.retries)
        .map_err(|error| Failure::sending(dest, error))?;
    provided::say(&provided::summary(&report));
    Ok(())
}
