//! Lab 3: an HTTP/1.1 client that gets one resource (RFC 9112 for the messages, RFC 9110 for what they mean).
//!
//! TCP carries bytes without borders. HTTP draws the borders itself: an empty line ends the head, and the head says where
//! the body ends. The eight functions below are yours, in this order. The comment above a function is its specification.
//! `README.md` beside this folder is the task on one page, and shows the Rust that you need.
//!
//! The provided `main.rs` connects, sends your request, and hands you the response as `reader`: one `BufReader` for the whole
//! response. What it has buffered belongs to the response, so read everything through it. The provided module
//! [`provided`] adds [`Head::get`] and [`Head::all`], the text of each error and its exit code.
//!
//! `{reader:p}` in a `todo!` prints where the reader is in memory. It is there so that the argument is used, nothing else.
//!
//! Green is not yet done: some rules of a function are looked at only when a later one is there, too. Where it is so, the comment
//! says which check that is.

pub mod provided;

// From `read_head` on you may need two more: `Read`, for `by_ref` and `take`, and `ErrorKind`.
use std::io::{self, BufRead, Write};

/// A URL, taken apart. `http://[::1]:8080/a?b=c#d` is `host` = `::1`, `port` = 8080, `target` = `/a?b=c`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// A name or an IP address. An IPv6 address has no brackets here.
    pub host: String,
    pub port: u16,
    /// The path and the query. At least `/`.
    pub target: String,
}

/// The head of a response: what comes before the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The status code, three digits: 200.
    pub status: u16,
    /// Name and value of each field, in the order in which they came. The names are in lower case: `content-length`.
    pub fields: Vec<(String, String)>,
}

/// How the receiver knows where the body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// There is no body, not even one of length 0.
    Empty,
    /// The body comes in chunks, and a chunk of size 0 is the last.
    Chunked,
    /// The body has so many bytes.
    Sized(u64),
    /// The body ends when the server closes the connection.
    UntilClose,
}

/// Everything that can go wrong. `?` turns an `io::Error` into `HttpError::Io`.
#[derive(Debug)]
pub enum HttpError {
    /// The URL starts with a scheme other than `http`. This is the scheme: `https`. (Exit code 2)
    UnsupportedScheme(String),
    /// The URL cannot be used. This says why: `the port is not a number`. (Exit code 2)
    BadUrl(String),
    /// The provided code could not resolve the name, or not connect. This says why. (Exit code 3)
    Connect(String),
    /// The head is longer than is allowed. (Exit code 5)
    HeadTooLarge,
    /// The response is not HTTP/1.1. This says where: `no colon in the field line`. (Exit code 5)
    Malformed(String),
    /// The stream ended too early, after `got` bytes. `want` is how many it should have been, or `None` if nobody can
    /// know. `got: 3, want: Some(10)` is printed as `3 of 10 bytes`. (Exit code 5)
    Truncated { got: u64, want: Option<u64> },
    /// The provided code has followed as many redirects as it may. (Exit code 6)
    TooManyRedirects,
    /// A read or a write failed: exit code 4 if nothing came in time (`WouldBlock`, `TimedOut`), else 5.
    Io(io::Error),
}

/// Takes `url` apart.
///
/// - `url` is `http://HOST[:PORT][PATH][?QUERY][#FRAGMENT]` (RFC 3986, section 3). `HTTP://` in any mix of upper and
///   lower case is the same scheme.
/// - `HOST` ends at the first `:`, `/`, `?` or `#`. An IPv6 address stands in brackets, as in `[::1]`, because it has
///   colons of its own; the result is without them.
/// - No port, or nothing after the colon: 80.
/// - `target` is the path and the query as they are, with a `/` in front if there is no path. The fragment is for a browser,
///   a server never sees it: drop it.
/// - Another scheme in front of `://`: `UnsupportedScheme` with the scheme. This lab has no TLS, so that includes `https`.
/// - `BadUrl` for the rest: no `://`, an empty host, a `[` without a `]`, something other than a port behind the `]`, a port that
///   is not digits only or is above 65535, a user name (`user@host`), and anywhere in `url`, also in the fragment, a character
///   that is not visible ASCII (`char::is_ascii_graphic`), such as a space or a line end: it would end up in the request and
///   change what the request says. What stands between the brackets need not be an address: `[abc]` is the host `abc`.
///
/// An address in brackets is looked at when `build_request` is there (3.03c).
///
/// Examples: `http://127.0.0.1:8080?a=b#frag` gives host `127.0.0.1`, port 8080, target `/?a=b`. `http://[::1]/x` gives
/// `::1`, 80, `/x`. `https://127.0.0.1/` gives `UnsupportedScheme("https")`.
pub fn parse_url(url: &str) -> Result<Url, HttpError> {
    todo!("take {url} apart")
}

/// Returns the bytes of the request for `url`.
///
/// - The request line is `GET`, the target and `HTTP/1.1`, with one space between them (RFC 9112, section 3).
/// - One `Host` field: the host, in brackets if it is an IPv6 address (it contains a colon), then `:PORT` unless the port is
///   80 (RFC 9110, section 7.2).
/// - One `Connection: close` field: the server is asked to close after its response. More fields are allowed, none is needed.
/// - Every line ends with `\r\n`, on every system. An empty line ends the request, and nothing comes after it: a GET has no
///   body.
///
/// Example, for host `::1`, port 8080, target `/a?b=c`:
/// `GET /a?b=c HTTP/1.1\r\nHost: [::1]:8080\r\nConnection: close\r\n\r\n`
pub fn build_request(url: &Url) -> Vec<u8> {
    todo!("build the request for {url:?}")
}

/// Reads the head of the response from `reader`: the status line and the fields, up to and with the empty line.
///
/// - Exactly the head is taken. The next byte that `reader` gives is the first of the body. How the bytes are cut into
///   reads does not matter: one at a time, or head and body together.
/// - A line ends with `\r\n`; a plain `\n` is taken for the same (RFC 9112, section 2.2). Neither is part of the line.
/// - The status line is `HTTP/1.x`, a space, three digits, and perhaps a space and a text for humans, which means nothing.
/// - A field line is a name, a colon, and a value, with any number of spaces and tabs (none, too) around the value. `fields`
///   gets the **name in lower case** and the value without that white space. A value may contain colons.
/// - Bytes that are not UTF-8 are no error: `String::from_utf8_lossy`.
/// - A head whose status is 1xx is not the response, only a sign of life. Skip it, and read the head that comes next.
/// - `max` is how many bytes may be read, all lines with their ends, heads that are skipped included. A head of exactly `max`
///   bytes is right. If there is no empty line within `max` bytes: `HeadTooLarge`, without reading on. The server chooses
///   how long a line is, so memory for more than `max` bytes is never used.
/// - End of stream before the empty line: `Truncated`, with `got` = the bytes read so far and `want` = `None`.
/// - `Malformed`: a status line or field line of another form; a field name that is empty or has a space or tab in it or
///   before the colon (this includes a line that starts with one, section 5.2). Say so as soon as that line is there.
/// - An error of a read is returned as `Io`.
///
/// Names in any case and white space around values (3.09), 1xx (3.16c), and a status that stands in the wrong place (3.18) are
/// looked at when `read_sized` is there.
///
/// Example: `HTTP/1.1 200 OK\r\ncOnTeNt-LeNgTh:\t 2 \r\n\r\nok` gives status 200 and one field, `content-length` with
/// the value `2`. `ok` is still in `reader`.
pub fn read_head(reader: &mut impl BufRead, max: usize) -> Result<Head, HttpError> {
    todo!("read a head of at most {max} bytes from {reader:p}")
}

/// Finds out from `head` where the body ends. Reads nothing.
///
/// The first rule that fits wins (RFC 9112, section 6.3):
///
/// 1. Status 204 or 304: `Empty`, whatever the fields say.
/// 2. There is a `Transfer-Encoding` field. If the last coding in the last of these fields is `chunked`, in any mix of upper
///    and lower case: `Chunked`, also when there is a `Content-Length`. If it is something else: `UntilClose`.
/// 3. There is a `Content-Length` field: `Sized(n)`. The value is digits only and fits into a `u64`, else it is
///    `Malformed`: `12x`, `+5`, `-1`, the empty value, 2^64. Several of these fields with different values are
///    `Malformed`, too. Values are compared as text: `5` and `05` are different.
/// 4. Nothing of this: `UntilClose`.
///
/// A head with status 1xx does not come here: [`read_head`] skips it. 304 (3.16b) and lengths up to 2^64 (3.19b) are looked at
/// when `read_sized` is there, rule 2 (3.14d) when `read_chunked` is.
///
/// [`Head::get`] and [`Head::all`] find a field by its name in lower case.
///
/// Example: status 200 with `transfer-encoding` = `gzip, Chunked` and `content-length` = `5` is `Chunked`; with status 304 it
/// is `Empty`.
pub fn framing(head: &Head) -> Result<Framing, HttpError> {
    todo!("find out where the body after {head:?} ends")
}

/// Copies exactly `n` bytes from `reader` to `out`, and returns `n`.
///
/// - What comes after them stays in `reader`. With `n` = 0 nothing is read at all.
/// - Do not wait for the end of the stream, nor for anything else after the last of the `n` bytes: the server may keep the
///   connection open.
/// - Each piece is written as it comes. A read may give any number of bytes, also the last one of a full buffer: only `n`
///   says how many there are. The bytes are not text.
/// - `n` is what the server claims, perhaps 2^64 - 1. Memory for `n` bytes is never asked for.
/// - End of stream before: `Truncated` with `got` = the bytes copied and `want` = `Some(n)`. These bytes are in `out`.
/// - An error of a read or a write is returned as `Io`. `Interrupted` is no error: go on.
///
/// Example: `n` = 2, and the server has sent `6f 6b 4a 55 4e 4b` (`okJUNK`): `out` gets `6f 6b`, the result is `Ok(2)`.
pub fn read_sized(reader: &mut impl BufRead, n: u64, out: &mut impl Write) -> Result<u64, HttpError> {
    todo!("copy {n} bytes from {reader:p} to {out:p}")
}

/// Copies everything from `reader` to `out` until the stream ends. Returns how many bytes it was.
///
/// - End of stream (a read of 0 bytes) is the regular end, also before the first byte: `Ok(0)`.
/// - Each piece is written as it comes, and memory does not grow with the body.
/// - An error of a read or a write is returned as `Io`, so a connection that was reset is not a body that is complete.
///   `Interrupted` is no error: go on.
///
/// Example: the server sends `61 00 62`, later `63`, and closes. `out` gets `61 00 62 63`, the result is `Ok(4)`.
pub fn read_until_close(reader: &mut impl BufRead, out: &mut impl Write) -> Result<u64, HttpError> {
    todo!("copy everything from {reader:p} to {out:p}")
}

/// Decodes a chunked body from `reader` to `out` (RFC 9112, section 7.1). Returns how many bytes `out` got.
///
/// - A chunk is a line with its size, that many bytes, and a line end. The size is hexadecimal, `a` or `A` for 10. Extensions
///   may follow it, after a `;` and perhaps spaces: ignore them.
/// - The bytes of a chunk are not text and may contain line ends. [`read_sized`] can copy them.
/// - A chunk of size 0 is the last one. After it come trailer lines (fields, perhaps none), and an empty line: read them,
///   ignore them, and return at the empty line. Do not wait for the end of the stream.
/// - Line ends are as in [`read_head`], and may be cut in two by the network.
/// - `Malformed`: a size that is not hexadecimal digits only, or does not fit into a `u64`; something other than a line end
///   after the bytes of a chunk; a size line of more than 4096 bytes with its line end; trailers of more than 16384
///   bytes, all line ends and the empty line at the end included. The server chooses how long a line is: never use memory for
///   more than that.
/// - End of stream before the empty line at the end: `Truncated`. Inside a chunk, `got` and `want` count the bytes of that
///   chunk, as [`read_sized`] does; elsewhere `got` is what `out` has got, and `want` is `None`.
/// - An error of a read or a write is returned as `Io`.
///
/// Example: `5;x=y\r\nhello\r\nA\r\n, my world\r\n0\r\nt: 1\r\n\r\n` gives `hello, my world` and `Ok(15)`.
pub fn read_chunked(reader: &mut impl BufRead, out: &mut impl Write) -> Result<u64, HttpError> {
    todo!("decode chunks from {reader:p} to {out:p}")
}

/// Where `head`, the answer to a request for `from`, sends the client instead; `None` if it sends it nowhere.
///
/// - Only the statuses 301, 302, 303, 307 and 308 with a `Location` field are redirects. Anything else is `None`.
/// - `Location` is a URL, or a part of one that `from` completes (RFC 3986, section 5.2):
///
/// | `Location` | with `from` = `http://h:81/a/b?q` | |
/// |---|---|---|
/// | `http://x/y` | `http://x/y` | a colon stands before the first `/`, `?` or `#`: absolute, as [`parse_url`] reads it |
/// | `//x/y` | `http://x/y` | another host |
/// | `/y?z` | `http://h:81/y?z` | a path: replaces the whole target |
/// | `c?d` | `http://h:81/a/c?d` | relative: replaces the path after its last `/`, and the query |
/// | `?z` | `http://h:81/a/b?z` | replaces the query only |
///
/// - A query may contain `/` and `:`, in `from` and in `Location`.
/// - A fragment is dropped. What then is empty means `from` itself.
/// - `from.to_string()` is the whole URL `http://h:81/a/b?q`, with brackets around an IPv6 address.
/// - The segments `.` and `..` may stay as they are; to remove them (section 5.2.4) is a good exercise.
/// - If the result is not a URL that [`parse_url`] takes, its error is returned: a redirect to `https` ends here.
///
/// Example: status 307, `location` = `c?d`, `from` = host `127.0.0.1`, port 8080, target `/a/b?q=1/2`. The result is host
/// `127.0.0.1`, port 8080, target `/a/c?d`.
pub fn redirect_target(from: &Url, head: &Head) -> Result<Option<Url>, HttpError> {
    todo!("find out where {head:?} sends a client that asked for {from:?}")
}
