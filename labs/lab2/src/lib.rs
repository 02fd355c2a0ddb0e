//! Lab 2: a TCP echo client. It finds a server's addresses, connects to one of them, sends, and receives what comes
//! back.
//!
//! Write the functions below in this order. A doc comment is the function's specification; the body is yours. The
//! program around them is in `main.rs` and `provided.rs`: read it, there is nothing to change there. You are free to
//! add private functions, and modules beside this file.

pub mod provided;

use std::io::{self, Stdin, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Finds the addresses of `host` and puts `port` to each of them.
///
/// `host` is a name (`localhost`) or an address as text (`127.0.0.1`; `::1`, without brackets). Names are looked up
/// by the system's resolver (`getaddrinfo(3)`), which may give several addresses, of both families. Return all of
/// them in the resolver's order: it has put the one that it would try first in front.
///
/// - A name that does not exist, or is no legal name, is the resolver's error, returned unchanged.
/// - No address at all is an error too, for example of kind `NotFound`. The list that you return is never empty.
///
/// Example: host `::1`, port 7007 gives one address, which prints as `[::1]:7007`. Host `localhost` gives
/// `127.0.0.1:7007` on many machines, and `[::1]:7007` followed by `127.0.0.1:7007` on others.
pub fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    todo!("look up {host} and put port {port} to each address")
}

/// Connects to the first of `addrs` that can be reached.
///
/// The addresses are tried in order, one after another, each for at most `per_try`; nothing is tried after the first
/// success. `per_try` is never zero. An address may refuse at once, or swallow every packet and never answer: without
/// a limit of your own, the system would try such an address for minutes.
///
/// - If no address can be reached, return the error of the *last* one, unchanged.
/// - If `addrs` is empty, return an error of kind `InvalidInput`.
///
/// Example: addresses `127.0.0.1:4` (refuses) and `127.0.0.1:7007` (listens) give a connection to `127.0.0.1:7007`.
///
/// Note: the function of the standard library that connects with a time limit takes one address, not a list.
pub fn connect_any(addrs: &[SocketAddr], per_try: Duration) -> io::Result<TcpStream> {
    todo!("connect to one of {addrs:?}, each for at most {per_try:?}")
}

/// Receives exactly `want` bytes from `stream` and returns them.
///
/// TCP carries a stream of bytes. One read gives what has arrived so far: perhaps one byte, perhaps all, never a
/// promise that this was everything. Only the count says when the reply is complete. Bytes after the first `want`
/// stay in the stream: do not read them. With `want` 0, return an empty vector without reading.
///
/// - **Partial read**: keep what came, in order, and go on.
/// - **End of stream** before `want` bytes: an error of kind `UnexpectedEof` whose text is `N of M bytes`, with N the
///   bytes that came and M = `want`. The program prints that text.
/// - **Silence**: if not one byte comes for `idle`, an error of kind `TimedOut`. Every byte starts `idle` anew, so a
///   slow reply may take longer in all. `idle` is never zero. Mind: on Unix a read that hits the read timeout fails
///   with the kind `WouldBlock`, on Windows with `TimedOut`; your caller wants `TimedOut` everywhere.
/// - `Interrupted` is no failure: read again. Any other error (`ConnectionReset`, ...) is returned unchanged.
///
/// Example: `want` is 5, the reads give `he`, `l`, `lo`: the result is `hello`. If the server closes after `he` and
/// `l`, the error says `3 of 5 bytes`.
pub fn recv_exactly(stream: &mut TcpStream, want: usize, idle: Duration) -> io::Result<Vec<u8>> {
    todo!("receive {want} bytes from {stream:?}, waiting at most {idle:?} for each")
}

/// Sends `msg` and returns the reply, which has as many bytes.
///
/// Send all of `msg`, also when the system takes only a part of it at once, and nothing else: no newline, no zero
/// byte. The bytes need not be text. Then receive `msg.len()` bytes and return *them*: a server may answer something
/// else than it was sent, and whoever calls you wants to see that.
///
/// `idle` and the errors of receiving are those of [`recv_exactly`]; an error of sending is returned unchanged. An
/// empty `msg` sends nothing and has an empty reply. (A message of many megabytes would need more than this: see
/// [`pump`].)
///
/// Example: `hello` is sent as the five bytes `68 65 6c 6c 6f`. If the server answers `HELLO!`, the result is
/// `HELLO`.
pub fn echo_message(stream: &mut TcpStream, msg: &[u8], idle: Duration) -> io::Result<Vec<u8>> {
    todo!("send {} bytes on {stream:?} and receive the reply, waiting at most {idle:?}", msg.len())
}

/// Copies `input` to the server and what the server sends to `output`, both at the same time, and returns how many
/// bytes were received.
///
/// Neither direction waits for the other. The server may speak first, and it may stop reading until you have read its
/// answers; so one thread copies `input` to the connection, while the caller copies from the connection to `output`.
///
/// - Every piece goes on as soon as it has been read, in both directions, though neither has ended. What is written
///   to `output` is flushed at once: a person may be waiting for it, and there may be no newline in it.
/// - **End of `input`**: the server is told so (it reads end of stream), and it may still send: nothing of that is
///   lost.
/// - **End of stream from the server** ends the function: it returns the count, even if `input` is still open and the
///   thread still waits for it. There is no time limit; silence is allowed.
/// - An error of the connection or of `output` is returned, after all that could be received has been written.
///   `Interrupted` is no failure: try again. That holds for `flush` too, which does not try again by itself, as
///   `write_all` does. (No check of `pump` can cause `Interrupted`.)
/// - An error of *sending* (a server that reads no more) ends the sending only. It must not hide what was received,
///   nor turn it into an error. (No check can cause one without breaking the other direction too; it is for your own
///   care.)
///
/// Example: the input is `hi` and its end. The server reads `hi` and end of stream, sends `hi and more` and closes:
/// the output is `hi and more`, the result 11. (`{output:p}`, in the line to replace, would print where `output` lies in
/// memory: not every `impl Write` can be printed in another way.)
pub fn pump(stream: TcpStream, input: Stdin, output: &mut impl Write) -> io::Result<u64> {
    todo!("copy {input:?} to {stream:?}, and what it sends to the output at {output:p}")
}
