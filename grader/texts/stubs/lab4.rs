//! Lab 4: a UDP sender.
//!
//! UDP carries *datagrams*: messages that arrive whole or not at all. Nobody says whether one arrived. The first two
//! functions send such messages. The other four build what UDP leaves out: each message gets a number, the receiver
//! acknowledges it, and the sender repeats it until the acknowledgement comes or it gives up. The method is called
//! stop-and-wait, and TFTP (RFC 1350) transfers files with it.
//!
//! The six functions below are yours, in this order. The comment above a function is its specification. `README.md`
//! beside this folder is the task on one page, and shows the Rust that you need.
//!
//! The provided `main.rs` calls these functions. The provided module [`errno`] tells some errors apart.
//!
//! All numbers in frames are in *network byte order*: the most significant byte first.
//!
//! ```text
//! DATA  'D' seq seq seq seq payload...     a chunk of the input
//! DATA  'F' seq seq seq seq                the last frame, without a payload
//! ACK   'A' seq seq seq seq                the frame with this number has arrived
//! ```

pub mod errno;
pub mod provided;

use std::fmt;
use std::io::{self, Read};
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

/// Why a message did not get through. `?` turns an `io::Error` into `Io`.
#[derive(Debug)]
pub enum SendError {
    /// The message of `len` bytes is longer than a datagram can be. Nothing of it was sent.
    TooBig { len: usize },
    /// The other host says that nobody receives at the port: an earlier datagram is lost.
    PortUnreachable,
    /// The frame was sent `sends` times, and no acknowledgement came.
    GaveUp { sends: u32 },
    /// Any other error of the socket or of the input.
    Io(io::Error),
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            SendError::TooBig { len } => write!(f, "{len} bytes are too big for one datagram"),
            SendError::PortUnreachable => write!(f, "port unreachable, nobody receives there"),
            SendError::GaveUp { sends } => write!(f, "no acknowledgement, sends: {sends}"),
            SendError::Io(error) => write!(f, "{error}"),
        }
    }
}

impl From<io::Error> for SendError {
    fn from(error: io::Error) -> SendError {
        SendError::Io(error)
    }
}

/// What `send_stream` has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Frames that carried data; the empty last frame is not one of them.
    pub chunks: u64,
    /// Datagrams sent: every frame, the last one included, as often as it was sent.
    pub sends: u64,
    /// Bytes of the input; a frame that was sent twice counts once.
    pub bytes: u64,
}

/// Opens a UDP socket that talks to `dest` and to nobody else.
///
/// - It is bound to the wildcard address ("any of my addresses": `0.0.0.0` or `::`) of the *same family* as `dest`, and
///   to port 0, which means that the system picks a free port. (No check sees a `127.0.0.1` in place of `0.0.0.0`, for the
///   checks stay on this machine. From there, a datagram could not leave it.)
/// - Then it is connected to `dest`. For UDP this sends nothing. It sets the address for `send`, it makes `recv` drop
///   datagrams from everybody else, and it lets errors of this destination reach the socket.
/// - Every error is returned unchanged.
///
/// Example: with `dest` = `[::1]:7007` the socket's `local_addr()` is something like `[::1]:50133`, and its `peer_addr()`
/// is `[::1]:7007`.
pub fn open_sender(dest: SocketAddr) -> io::Result<UdpSocket> {
    todo!("open a UDP socket that talks to {dest}")
}

/// Sends `msg` over the connected socket `sock` as ONE datagram: exactly these bytes, never split, nothing added.
///
/// - An empty `msg` is legal and becomes a datagram of 0 bytes.
/// - `Ok(())`: the datagram has left this program. This does not mean that it arrived.
/// - `Err(TooBig { len })`, where [`errno::is_too_big`] says so: `msg`, which is `len` bytes long, was not sent.
/// - `Err(PortUnreachable)`, where [`errno::is_port_unreachable`] says so. This error belongs to an *earlier* datagram,
///   for which nobody was there; `msg` was not sent either.
/// - Any other error is `Err(Io(error))`.
///
/// Example: with `msg` = `b"hi"` the receiver gets one datagram, `68 69`. With 65508 bytes over IPv4 it gets nothing, and
/// the function returns `Err(TooBig { len: 65508 })`.
pub fn send_message(sock: &UdpSocket, msg: &[u8]) -> Result<(), SendError> {
    todo!("send {} bytes as one datagram over {sock:?}", msg.len())
}

/// Returns a DATA frame: one byte `D`, or `F` if it is the `last` frame; then `seq` as four bytes, the most significant
/// first; then all of `payload`, which may be empty.
///
/// Example: `encode_data(false, 256, b"hello")` is `44 00 00 01 00 68 65 6c 6c 6f`, and `encode_data(true, 7, b"")` is
/// `46 00 00 00 07`.
pub fn encode_data(last: bool, seq: u32, payload: &[u8]) -> Vec<u8> {
    todo!("build frame {seq} (last: {last}) of {} bytes", payload.len())
}

/// Returns the number that `datagram` acknowledges, or `None` if it is no ACK.
///
/// - An ACK is exactly 5 bytes long: the byte `A`, then the number, its most significant byte first.
/// - Anybody can put anything into a datagram. Every other length, 0 among them, and every other first byte gives
///   `None`, never a panic.
///
/// Example: `41 00 00 01 00` gives `Some(256)`; `41 00 00 01`, `41 00 00 01 00 00` and `44 00 00 01 00` give `None`.
pub fn decode_ack(datagram: &[u8]) -> Option<u32> {
    todo!("decode a datagram of {} bytes", datagram.len())
}

/// Sends `frame`, which carries the number `seq`, until it is acknowledged. Returns how often it was sent.
///
/// - Each send starts a *deadline*: the point in time that is `timeout` later. If the ACK for `seq` comes before it, the
///   function returns at once.
/// - Every other datagram is ignored: an ACK for another number, an empty one, junk of any length. It neither moves the
///   deadline nor causes a send. (So a read timeout of `timeout` before each read is not enough. And when nothing is left
///   until the deadline, it does not read: `set_read_timeout` refuses a timeout of zero.)
/// - `recv` cuts a datagram that is longer than its buffer. The buffer must be longer than an ACK, or a long datagram
///   that begins like an ACK would pass for one.
/// - At the deadline the same bytes are sent again, at most `retries` times: at most 1 + `retries` sends in all.
/// - "Port unreachable", from the send or from a read, means that this try is lost; the receiver may not have started
///   yet. The function waits until the deadline all the same, as it does if nothing comes. Such a send is one of the
///   1 + `retries`, also if it was the send that returned the error.
/// - A read that is `Interrupted` has read nothing: the function reads again, until the same deadline.
/// - After the last deadline: `Err(PortUnreachable)` if the last try met that error, else `Err(GaveUp { sends })`. What the
///   tries before it met does not count.
/// - `TooBig` and every other error are returned at once.
///
/// Example: `seq` is 7. `41 00 00 00 06` comes and is ignored, the deadline passes, the frame is sent again,
/// `41 00 00 00 07` comes: the function returns `Ok(2)`.
pub fn send_and_wait(
    sock: &UdpSocket,
    frame: &[u8],
    seq: u32,
    timeout: Duration,
    retries: u32,
) -> Result<u32, SendError> {
    todo!("send frame {seq} of {} bytes over {sock:?}; wait {timeout:?}; retry {retries} times", frame.len())
}

/// Sends all of `input` in DATA frames, and then the empty last frame.
///
/// - Each frame is sent with [`send_and_wait`], which gets `timeout` and `retries`, and only when the frame before it has
///   been acknowledged: there is never more than one under way.
/// - The numbers are 0, 1, 2 and so on. The last frame, `F`, has the next number.
/// - Each `D` frame carries exactly `chunk` bytes of the input, which is never 0. Only the last one before `F` may carry
///   fewer, but it is not empty.
/// - A read may return fewer bytes than it has room for although more will come: a short read is not a chunk, and not the
///   end. Only `Ok(0)` is the end. A read that is `Interrupted` is tried again.
/// - The memory that it needs does not grow with the input.
/// - Another error of the input is `Err(Io(error))`. An error of `send_and_wait` is returned as it is. In both cases
///   nothing more is sent.
///
/// Example: with `chunk` = 4 and the input `hello` the frames are `D` 0 `hell`, `D` 1 `o`, `F` 2. If nothing is lost, the
/// function returns `Ok(Report { chunks: 2, sends: 3, bytes: 5 })`. For an empty input the only frame is `F` 0.
pub fn send_stream(
    sock: &UdpSocket,
    input: &mut impl Read,
    chunk: usize,
    timeout: Duration,
    retries: u32,
) -> Result<Report, SendError> {
    todo!(
        "send {} in chunks of {chunk} over {sock:?}; wait {timeout:?}; retry {retries} times",
        std::any::type_name_of_val(input)
    )
}
