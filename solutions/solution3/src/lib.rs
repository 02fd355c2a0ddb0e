//! Lab 3, the reference solution: an HTTP/1.1 client that gets one resource.
//!
//! The comments here say *why* it is done so. *What* each function promises stands in `labs/lab3/src/lib.rs`.

pub mod provided;

use std::io::{self, BufRead, ErrorKind, Read, Take, Write};

/// The longest line with the size of a chunk. A size needs 16 digits at most; the rest is for extensions.
const MAX_SIZE_LINE: u64 = 4096;

/// The most bytes of trailers after the last chunk.
const MAX_TRAILERS: u64 = 16384;

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

/// A URL is taken apart from the outside in: each delimiter is looked for only in the part in which it means something. A
/// `?` may contain a `/`, a path may contain a `:`, and everything may contain a `#` only once.
pub fn parse_url(url: &str) -> Result<Url, HttpError> {
    // This comes first, because the target goes into the request as it is. With a line end inside, the one who made the
    // URL (perhaps a server, in a redirect) could add fields to the request, or a second request.
    if !url.chars().all(|c| c.is_ascii_graphic()) {
        return Err(bad_url("it has a space or another character that is not visible ASCII"));
    }

    let Some((scheme, rest)) = url.split_once("://") else {
        return Err(bad_url("it does not start with http://"));
    };
    if !scheme.eq_ignore_ascii_case("http") {
        return Err(HttpError::UnsupportedScheme(scheme.to_string()));
    }

    let rest = without_fragment(rest);
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at(end);

    let (host, port) = split_authority(authority)?;
    if host.is_empty() {
        return Err(bad_url("it has no host"));
    }
    if host.contains('@') {
        return Err(bad_url("it has a user name"));
    }
    let port = parse_port(port)?;

    // A request line without a target would be another request line. So the empty path is sent as `/`.
    let target = if target.starts_with('/') { target.to_string() } else { format!("/{target}") };
    Ok(Url { host: host.to_string(), port, target })
}

fn bad_url(why: &str) -> HttpError {
    HttpError::BadUrl(why.to_string())
}

fn without_fragment(url: &str) -> &str {
    match url.split_once('#') {
        Some((before, _)) => before,
        None => url,
    }
}

/// Splits `[::1]:80` or `localhost:80` into the host and the digits of the port, which may be missing.
fn split_authority(authority: &str) -> Result<(&str, &str), HttpError> {
    // An IPv6 address is full of colons. The brackets are there so that the one before the port can be told from them.
    if let Some(rest) = authority.strip_prefix('[') {
        let Some((host, after)) = rest.split_once(']') else {
            return Err(bad_url("a bracket is not closed"));
        };
        return match after.strip_prefix(':') {
            Some(port) => Ok((host, port)),
            None if after.is_empty() => Ok((host, "")),
            None => Err(bad_url("something other than a port follows the bracket")),
        };
    }
    Ok(authority.split_once(':').unwrap_or((authority, "")))
}

fn parse_port(port: &str) -> Result<u16, HttpError> {
    if port.is_empty() {
        return Ok(80);
    }
    // `parse` alone would take `+80`, too.
    if !is_digits(port) {
        return Err(bad_url("the port is not a number"));
    }
    port.parse().map_err(|_| bad_url("the port is above 65535"))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// One server can answer for many names at the same address. That is why every HTTP/1.1 request says in `Host` which one is
/// meant, and why the port belongs to it: another port is another site.
pub fn build_request(url: &Url) -> Vec<u8> {
    let mut host = url.host.clone();
    if host.contains(':') {
        host = format!("[{host}]");
    }
    if url.port != 80 {
        host = format!("{host}:{}", url.port);
    }

    // The `\r\n` are spelled out: the protocol asks for them, whatever a line end is on this system. The empty line at
    // the end is what the server waits for; without it, it waits for ever.
    let mut request = String::new();
    request.push_str(&format!("GET {} HTTP/1.1\r\n", url.target));
    request.push_str(&format!("Host: {host}\r\n"));
    request.push_str("Connection: close\r\n");
    request.push_str("\r\n");
    request.into_bytes()
}

/// The head is lines, so it is read line by line, and the empty line is looked for among whole lines. Whoever looks for
/// `\r\n\r\n` in what a single read gave will miss it one day, when it is cut in two.
pub fn read_head(reader: &mut impl BufRead, max: usize) -> Result<Head, HttpError> {
    // `take` makes a reader that ends after `max` bytes. So no line can be longer, however long the server makes it, and
    // nothing is left over: what is not read through `limited` stays in `reader`.
    let max = max as u64;
    let mut limited = reader.by_ref().take(max);

    loop {
        let line = head_line(&mut limited, max)?;
        let status = parse_status_line(&line)?;
        let fields = read_fields(&mut limited, max)?;

        // 100 Continue, 103 Early Hints: the response itself is still to come, with a status line of its own.
        if (100..200).contains(&status) {
            continue;
        }
        return Ok(Head { status, fields });
    }
}

fn read_fields(limited: &mut Take<impl BufRead>, max: u64) -> Result<Vec<(String, String)>, HttpError> {
    let mut fields = Vec::new();
    loop {
        let line = head_line(limited, max)?;
        if line.is_empty() {
            return Ok(fields);
        }
        fields.push(parse_field(&line)?);
    }
}

/// One line of the head. If it has no end, the reason is either the limit or the end of the stream.
fn head_line(limited: &mut Take<impl BufRead>, max: u64) -> Result<String, HttpError> {
    match read_line(limited)? {
        Some(line) => Ok(line),
        None if limited.limit() == 0 => Err(HttpError::HeadTooLarge),
        None => Err(HttpError::Truncated { got: max - limited.limit(), want: None }),
    }
}

/// Reads one line and removes its line end. `None`: the bytes ended before the line did.
fn read_line(limited: &mut Take<impl BufRead>) -> Result<Option<String>, HttpError> {
    // `read_line` of std would fail on bytes that are not UTF-8. `read_until` takes them as they are.
    let mut bytes = Vec::new();
    limited.read_until(b'\n', &mut bytes)?;

    // At its end, `read_until` gives what it has. Without this check, half a line would look like a line.
    let Some(line) = bytes.strip_suffix(b"\n") else {
        return Ok(None);
    };
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    Ok(Some(String::from_utf8_lossy(line).into_owned()))
}

/// The status is the second word and nothing else. The text behind it can be anything, "404 200 OK" for example.
fn parse_status_line(line: &str) -> Result<u16, HttpError> {
    let mut words = line.split(' ');
    let version = words.next().unwrap_or("");
    let status = words.next().unwrap_or("");

    if !version.starts_with("HTTP/1.") {
        return Err(malformed(format!("`{line}` is not an HTTP/1.1 status line")));
    }
    if status.len() != 3 || !is_digits(status) {
        return Err(malformed(format!("`{status}` is not a status code")));
    }
    status.parse().map_err(|_| malformed(format!("`{status}` is not a status code")))
}

fn parse_field(line: &str) -> Result<(String, String), HttpError> {
    // At the *first* colon: `location: http://x/` has two.
    let Some((name, value)) = line.split_once(':') else {
        return Err(malformed(format!("no colon in the field line `{line}`")));
    };

    // Programs disagree about what `content-length : 5` means, and two programs that disagree about where a message ends can
    // be made to swallow each other's messages. RFC 9112 allows no white space here; neither does this.
    if name.is_empty() || name.contains([' ', '\t']) {
        return Err(malformed(format!("`{name}` is not a field name")));
    }

    // Names are the same in upper and lower case. One form from here on means that nobody else has to think of it.
    let name = name.to_ascii_lowercase();
    let value = value.trim_matches([' ', '\t']);
    Ok((name, value.to_string()))
}

fn malformed(what: String) -> HttpError {
    HttpError::Malformed(what)
}

/// The order of the rules is the point. A server may send a `Content-Length` with a 304 (the length that the body *would*
/// have) or next to `chunked`. Who looks at the length first waits for bytes that never come, or prints chunk sizes.
pub fn framing(head: &Head) -> Result<Framing, HttpError> {
    if head.status == 204 || head.status == 304 {
        return Ok(Framing::Empty);
    }

    // Codings are listed in the order in which they were applied, so only the last one says how the body is framed.
    if let Some(codings) = head.all("transfer-encoding").last() {
        let last = codings.rsplit(',').next().unwrap_or("");
        if last.trim().eq_ignore_ascii_case("chunked") {
            return Ok(Framing::Chunked);
        }
        return Ok(Framing::UntilClose);
    }

    let lengths = head.all("content-length");
    let Some(length) = lengths.first() else {
        return Ok(Framing::UntilClose);
    };
    // Two lengths: one of them is wrong, and there is no way to know which.
    if lengths.iter().any(|other| other != length) {
        return Err(malformed(format!("two lengths, {}", lengths.join(" and "))));
    }
    // `parse` alone would take `+5`, too. It does notice a number that does not fit.
    if !is_digits(length) {
        return Err(malformed(format!("`{length}` is not a length")));
    }
    let n = length.parse().map_err(|_| malformed(format!("the length {length} is too large")))?;
    Ok(Framing::Sized(n))
}

/// Counting is the only thing that works here. The server may keep the connection open, so the end of the stream may never
/// come; and TCP may cut the body anywhere, so the size of a read says nothing.
pub fn read_sized(reader: &mut impl BufRead, n: u64, out: &mut impl Write) -> Result<u64, HttpError> {
    let mut got = 0;
    while got < n {
        let count = copy_some(reader, n - got, out)?;
        // The head has promised more. Half a file that looks like a whole one is worse than an error.
        if count == 0 {
            return Err(HttpError::Truncated { got, want: Some(n) });
        }
        got += count;
    }
    Ok(got)
}

/// Copies what one read gives, at most `most` bytes. 0 is the end of the stream.
///
/// The buffer has a fixed size. One of `most` bytes would let the server decide how much memory this program asks for.
fn copy_some(reader: &mut impl BufRead, most: u64, out: &mut impl Write) -> Result<u64, HttpError> {
    let mut buf = [0; 8192];
    let room = most.min(buf.len() as u64) as usize;
    loop {
        match reader.read(&mut buf[..room]) {
            Ok(count) => {
                out.write_all(&buf[..count])?;
                return Ok(count as u64);
            }
            // A signal ended the wait; nothing was read, so nothing is lost.
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        }
    }
}

/// The oldest framing of all, and the weakest: when a server crashes, its kernel closes the connection in the same way. Nobody can
/// tell a whole body from half of one here, unless the connection is reset: that comes as an error and stays one.
pub fn read_until_close(reader: &mut impl BufRead, out: &mut impl Write) -> Result<u64, HttpError> {
    let mut got = 0;
    loop {
        let count = copy_some(reader, u64::MAX, out)?;
        if count == 0 {
            return Ok(got);
        }
        got += count;
    }
}

/// A chunked body is many sized bodies in a row, for a server that does not know the length when it starts.
pub fn read_chunked(reader: &mut impl BufRead, out: &mut impl Write) -> Result<u64, HttpError> {
    let mut got = 0;
    loop {
        let line = chunk_line(&mut reader.by_ref().take(MAX_SIZE_LINE), got)?;
        let size = parse_chunk_size(&line)?;
        if size == 0 {
            break;
        }

        got += read_sized(reader, size, out)?;

        // The line end after the bytes belongs to the framing. It is not part of the size.
        let line = chunk_line(&mut reader.by_ref().take(MAX_SIZE_LINE), got)?;
        if !line.is_empty() {
            return Err(malformed(format!("`{line}` where a chunk should end")));
        }
    }

    // Trailers are fields that the server knew only at the end. Nothing here needs them, but the body ends after them.
    let mut limited = reader.by_ref().take(MAX_TRAILERS);
    loop {
        let line = chunk_line(&mut limited, got)?;
        if line.is_empty() {
            return Ok(got);
        }
    }
}

fn chunk_line(limited: &mut Take<impl BufRead>, got: u64) -> Result<String, HttpError> {
    match read_line(limited)? {
        Some(line) => Ok(line),
        None if limited.limit() == 0 => Err(malformed("a chunk-size line or the trailers are too long".to_string())),
        None => Err(HttpError::Truncated { got, want: None }),
    }
}

fn parse_chunk_size(line: &str) -> Result<u64, HttpError> {
    let size = line.split(';').next().unwrap_or("");
    let size = size.trim_matches([' ', '\t']);
    // As with lengths: `from_str_radix` alone would take `+5`.
    if !size.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(malformed(format!("`{size}` is not the size of a chunk")));
    }
    u64::from_str_radix(size, 16).map_err(|_| malformed(format!("`{size}` is not the size of a chunk")))
}

/// `Location` may leave out what is the same as in `from`. Each case completes it to a whole URL, and `parse_url` does the
/// rest, so that a URL from a server is checked as strictly as one from the command line.
pub fn redirect_target(from: &Url, head: &Head) -> Result<Option<Url>, HttpError> {
    if !matches!(head.status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = head.get("location") else {
        return Ok(None);
    };

    let url = if has_scheme(location) {
        location.to_string()
    } else if location.starts_with("//") {
        format!("http:{location}")
    } else {
        let target = resolve(&from.target, without_fragment(location));
        Url { target, ..from.clone() }.to_string()
    };
    Ok(Some(parse_url(&url)?))
}

/// A colon makes a scheme only before the first `/`, `?` or `#`: `c?next=http://x/` is relative.
fn has_scheme(location: &str) -> bool {
    let end = location.find(['/', '?', '#']).unwrap_or(location.len());
    location[..end].contains(':')
}

/// Completes a `location` without a host by the parts of `target` that it leaves out.
fn resolve(target: &str, location: &str) -> String {
    if location.is_empty() {
        return target.to_string();
    }
    if location.starts_with('/') {
        return location.to_string();
    }

    // The query goes first: it may contain a `/` that is no part of the path.
    let path = target.split('?').next().unwrap_or("");
    if location.starts_with('?') {
        return format!("{path}{location}");
    }
    let directory = match path.rfind('/') {
        Some(slash) => &path[..=slash],
        None => "/",
    };
    format!("{directory}{location}")
}
