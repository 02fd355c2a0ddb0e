//! Shares no function body with the solution: a head and chunks are read by state machines, byte by byte, a URL is taken
//! apart from its end, and the request has more fields than it needs.

pub mod provided;

use std::io::{self, BufRead, ErrorKind, Write};
use std::str::FromStr;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    pub host: String,
    pub port: u16,
    pub target: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub status: u16,
    pub fields: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    Empty,
    Chunked,
    Sized(u64),
    UntilClose,
}

#[derive(Debug)]
pub enum HttpError {
    UnsupportedScheme(String),
    BadUrl(String),
    Connect(String),
    HeadTooLarge,
    Malformed(String),
    Truncated { got: u64, want: Option<u64> },
    TooManyRedirects,
    Io(io::Error),
}

fn no_url<T>(why: &str) -> Result<T, HttpError> {
    Err(HttpError::BadUrl(why.into()))
}

fn broken<T>(what: &str) -> Result<T, HttpError> {
    Err(HttpError::Malformed(what.into()))
}

/// `parse` of std takes a sign too; a number of HTTP has none.
fn number<T: FromStr>(digits: &str) -> Option<T> {
    let mut all = digits.chars();
    all.all(|digit| matches!(digit, '0'..='9')).then(|| digits.parse().ok()).flatten()
}

pub fn parse_url(url: &str) -> Result<Url, HttpError> {
    if url.chars().any(|c| c <= ' ' || c > '~') {
        return no_url("only visible ASCII can be in it");
    }
    let url = &url[..url.find('#').unwrap_or(url.len())];
    let scheme_end = url.find("://");
    let Some(scheme_end) = scheme_end else {
        return no_url("where is http://?");
    };
    if url[..scheme_end].to_lowercase() != "http" {
        return Err(HttpError::UnsupportedScheme(url[..scheme_end].into()));
    }
    let after = &url[scheme_end + 3..];
    let place = |c: char| after.find(c).unwrap_or(after.len());
    let host_end = place('/').min(place('?'));
    let mut target = after[host_end..].to_owned();
    if !target.starts_with('/') {
        target.insert(0, '/');
    }

    let place = &after[..host_end];
    if place.contains('@') {
        return no_url("no user names");
    }
    let closing = place.rfind(']');
    if place.starts_with('[') != closing.is_some() {
        return no_url("half a pair of brackets");
    }
    let colon = place[closing.unwrap_or(0)..].find(':').map(|at| at + closing.unwrap_or(0));
    let host_and_brackets = &place[..colon.unwrap_or(place.len())];
    let digits = colon.map_or("", |at| &place[at + 1..]);
    let host = match closing {
        Some(end) if end + 1 == host_and_brackets.len() => &host_and_brackets[1..end],
        Some(_) => return no_url("something behind the bracket"),
        None => host_and_brackets,
    };
    let port = if digits.is_empty() { Some(80) } else { number(digits) };
    match port {
        _ if host.is_empty() => no_url("no host"),
        None => no_url("what port is that?"),
        Some(port) => Ok(Url { host: host.into(), port, target }),
    }
}

pub fn build_request(url: &Url) -> Vec<u8> {
    let brackets = if url.host.contains(':') { ("[", "]") } else { ("", "") };
    let port = match url.port {
        80 => "".to_owned(),
        port => [":", &port.to_string()].concat(),
    };
    let lines = [
        ["GET ", &url.target, " HTTP/1.1"].concat(),
        "user-agent: lab3".to_owned(),
        ["HOST:", brackets.0, &url.host, brackets.1, &port].concat(),
        "accept: */*".to_owned(),
        "Accept-Encoding:".to_owned(),
        "connection: Close".to_owned(),
        "\r\n".to_owned(),
    ];
    lines.join("\r\n").into_bytes()
}

/// The next byte; `None` at the end of the stream.
fn next_byte(reader: &mut impl BufRead) -> Result<Option<u8>, HttpError> {
    let mut one = [0];
    loop {
        match reader.read(&mut one) {
            Ok(0) => return Ok(None),
            Ok(_) => return Ok(Some(one[0])),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(HttpError::Io(error)),
        }
    }
}

/// Reads lines, and counts down what they may still have.
struct Lines<'a, R> {
    reader: &'a mut R,
    left: usize,
    read: u64,
}

enum Next {
    Line(Vec<u8>),
    TooLong,
    End,
}

impl<R: BufRead> Lines<'_, R> {
    fn next(&mut self) -> Result<Next, HttpError> {
        let mut line = Vec::new();
        while self.left > 0 {
            let Some(byte) = next_byte(self.reader)? else { return Ok(Next::End) };
            self.left -= 1;
            self.read += 1;
            if byte == b'\n' {
                if let Some(b'\r') = line.last() {
                    line.pop();
                }
                return Ok(Next::Line(line));
            }
            line.push(byte);
        }
        Ok(Next::TooLong)
    }

    fn of_head(&mut self) -> Result<String, HttpError> {
        match self.next()? {
            Next::Line(bytes) => Ok(String::from_utf8_lossy(&bytes).into()),
            Next::TooLong => Err(HttpError::HeadTooLarge),
            Next::End => Err(HttpError::Truncated { got: self.read, want: None }),
        }
    }
}

pub fn read_head(reader: &mut impl BufRead, max: usize) -> Result<Head, HttpError> {
    let mut lines = Lines { reader, left: max, read: 0 };
    let mut head = Head { status: 0, fields: vec![] };
    loop {
        let line = lines.of_head()?;
        match (head.status, line.as_str()) {
            (0, _) => head.status = status_of(&line)?,
            (100..=199, "") => head = Head { status: 0, fields: vec![] },
            (_, "") => return Ok(head),
            _ => head.fields.push(field_of(&line)?),
        }
    }
}

fn status_of(line: &str) -> Result<u16, HttpError> {
    let b = line.as_bytes();
    let shape = b.len() >= 12 && line.starts_with("HTTP/1.") && b[8] == b' ' && (b.len() == 12 || b[12] == b' ');
    match line.get(9..12).and_then(number) {
        Some(status) if shape => Ok(status),
        _ => broken("that is no status line"),
    }
}

fn field_of(line: &str) -> Result<(String, String), HttpError> {
    let mut name = String::new();
    for (at, c) in line.char_indices() {
        match c {
            ':' if !name.is_empty() => {
                let blank = |c: char| c == ' ' || c == '\t';
                return Ok((name, line[at + 1..].trim_start_matches(blank).trim_end_matches(blank).into()));
            }
            ':' | ' ' | '\t' => break,
            c => name.push(c.to_ascii_lowercase()),
        }
    }
    broken("that is no field")
}

pub fn framing(head: &Head) -> Result<Framing, HttpError> {
    if let 204 | 304 = head.status {
        return Ok(Framing::Empty);
    }
    let mut chunked = None;
    let mut length: Option<&str> = None;
    for (name, value) in &head.fields {
        if name == "transfer-encoding" {
            chunked = Some(value.to_lowercase().split([',', ' ', '\t']).next_back() == Some("chunked"));
        } else if name == "content-length" {
            if length.is_some_and(|other| other != value) && !head.fields.iter().any(|(n, _)| n == "transfer-encoding")
            {
                return broken("which length?");
            }
            length = Some(value);
        }
    }
    match (chunked, length) {
        (Some(true), _) => Ok(Framing::Chunked),
        (Some(false), _) | (None, None) => Ok(Framing::UntilClose),
        (None, Some(length)) => match number(length) {
            Some(n) if !length.is_empty() => Ok(Framing::Sized(n)),
            _ => broken("that is no length"),
        },
    }
}

/// Hands on what the reader has, at most `most` bytes; 0 at the end of the stream.
fn pass_on(reader: &mut impl BufRead, most: u64, out: &mut impl Write) -> Result<u64, HttpError> {
    let there = loop {
        match reader.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => break other.map_err(HttpError::Io)?,
        }
    };
    let part = &there[..usize::try_from(most).unwrap_or(usize::MAX).min(there.len())];
    out.write_all(part)?;
    let count = part.len();
    reader.consume(count);
    Ok(count as u64)
}

pub fn read_sized(reader: &mut impl BufRead, n: u64, out: &mut impl Write) -> Result<u64, HttpError> {
    let mut left = n;
    loop {
        if left == 0 {
            return Ok(n);
        }
        match pass_on(reader, left, out)? {
            0 => return Err(HttpError::Truncated { got: n - left, want: Some(n) }),
            count => left -= count,
        }
    }
}

pub fn read_until_close(reader: &mut impl BufRead, out: &mut impl Write) -> Result<u64, HttpError> {
    let mut sum = 0;
    while let count @ 1.. = pass_on(reader, u64::MAX, out)? {
        sum += count;
    }
    Ok(sum)
}

/// Where in a chunked body the next byte belongs.
enum Place {
    Size {
        digits: usize,
        size: u64,
    },
    /// Blanks and extensions behind the size.
    Behind {
        size: u64,
        length: usize,
        extension: bool,
    },
    LineEnd,
    Trailer {
        empty: bool,
        length: usize,
    },
}

pub fn read_chunked(reader: &mut impl BufRead, out: &mut impl Write) -> Result<u64, HttpError> {
    let mut sum = 0;
    let mut place = Place::Size { digits: 0, size: 0 };
    loop {
        let Some(byte) = next_byte(reader)? else {
            return Err(HttpError::Truncated { got: sum, want: None });
        };
        place = match (place, byte) {
            (Place::Size { digits, size }, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
                let digit = char::from(byte).to_digit(16).unwrap_or(0);
                match size.checked_mul(16) {
                    Some(size) if digits < 4096 => Place::Size { digits: digits + 1, size: size + u64::from(digit) },
                    _ => return broken("such a large chunk"),
                }
            }
            (Place::Size { digits: 0, .. }, _) => return broken("a chunk without a size"),
            (Place::Size { digits, size }, b';') => Place::Behind { size, length: digits, extension: true },
            (Place::Size { digits, size }, b' ' | b'\t' | b'\r') => {
                Place::Behind { size, length: digits, extension: false }
            }
            (Place::Size { size, .. } | Place::Behind { size, .. }, b'\n') => {
                if size > 0 {
                    sum += read_sized(reader, size, out)?;
                    Place::LineEnd
                } else {
                    Place::Trailer { empty: true, length: 0 }
                }
            }
            (Place::Behind { length: 4096.., .. }, _) => return broken("such a long line"),
            (Place::Behind { size, length, .. }, b';') => Place::Behind { size, length, extension: true },
            (Place::Behind { size, length, extension }, _) if extension || b" \t\r".contains(&byte) => {
                Place::Behind { size, length: length + 1, extension }
            }
            (Place::Size { .. } | Place::Behind { .. }, _) => return broken("that is no size"),
            (Place::LineEnd, b'\r') => Place::LineEnd,
            (Place::LineEnd, b'\n') => Place::Size { digits: 0, size: 0 },
            (Place::LineEnd, _) => return broken("the chunk is longer than its size"),
            (Place::Trailer { empty: true, .. }, b'\n') => return Ok(sum),
            (Place::Trailer { length: 16384.., .. }, _) => return broken("such long trailers"),
            (Place::Trailer { length, .. }, b'\n') => Place::Trailer { empty: true, length: length + 1 },
            (Place::Trailer { empty, length }, b'\r') => Place::Trailer { empty, length: length + 1 },
            (Place::Trailer { length, .. }, _) => Place::Trailer { empty: false, length: length + 1 },
        };
    }
}

pub fn redirect_target(from: &Url, head: &Head) -> Result<Option<Url>, HttpError> {
    let (301..=303 | 307 | 308, Some(to)) = (head.status, head.all("location").into_iter().next()) else {
        return Ok(None);
    };
    let host = if from.host.contains(':') { ["[", &from.host, "]"].concat() } else { from.host.clone() };
    let origin = format!("http://{host}:{}", from.port);
    let to = to.split('#').next().unwrap_or(to);
    let path_end = from.target.find('?').unwrap_or(from.target.len());
    let folder_end = from.target[..path_end].rfind('/').map_or(0, |slash| slash + 1);
    let whole = match to.as_bytes() {
        [] => [&origin, from.target.as_str()].concat(),
        [b'/', b'/', ..] => ["http:", to].concat(),
        [b'/', ..] => [&origin, to].concat(),
        [b'?', ..] => [&origin, &from.target[..path_end], to].concat(),
        _ if to.split(['/', '?']).next().is_some_and(|first| first.contains(':')) => to.to_owned(),
        _ => [&origin, &from.target[..folder_end], to].concat(),
    };
    parse_url(&whole).map(Some)
}
