//! Leaves the copying to `io::copy`, which has a buffer of its own and tries again after `Interrupted`.

pub mod provided;

use std::io::{self, BufRead, Read, Take, Write};

const MAX_SIZE_LINE: u64 = 4096;

const MAX_TRAILERS: u64 = 16384;

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

pub fn parse_url(url: &str) -> Result<Url, HttpError> {
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

fn split_authority(authority: &str) -> Result<(&str, &str), HttpError> {
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
    if !is_digits(port) {
        return Err(bad_url("the port is not a number"));
    }
    port.parse().map_err(|_| bad_url("the port is above 65535"))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

pub fn build_request(url: &Url) -> Vec<u8> {
    let mut host = url.host.clone();
    if host.contains(':') {
        host = format!("[{host}]");
    }
    if url.port != 80 {
        host = format!("{host}:{}", url.port);
    }

    let mut request = String::new();
    request.push_str(&format!("GET {} HTTP/1.1\r\n", url.target));
    request.push_str(&format!("Host: {host}\r\n"));
    request.push_str("Connection: close\r\n");
    request.push_str("\r\n");
    request.into_bytes()
}

pub fn read_head(reader: &mut impl BufRead, max: usize) -> Result<Head, HttpError> {
    let max = max as u64;
    let mut limited = reader.by_ref().take(max);

    loop {
        let line = head_line(&mut limited, max)?;
        let status = parse_status_line(&line)?;
        let fields = read_fields(&mut limited, max)?;

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

fn head_line(limited: &mut Take<impl BufRead>, max: u64) -> Result<String, HttpError> {
    match read_line(limited)? {
        Some(line) => Ok(line),
        None if limited.limit() == 0 => Err(HttpError::HeadTooLarge),
        None => Err(HttpError::Truncated { got: max - limited.limit(), want: None }),
    }
}

fn read_line(limited: &mut Take<impl BufRead>) -> Result<Option<String>, HttpError> {
    let mut bytes = Vec::new();
    limited.read_until(b'\n', &mut bytes)?;

    let Some(line) = bytes.strip_suffix(b"\n") else {
        return Ok(None);
    };
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    Ok(Some(String::from_utf8_lossy(line).into_owned()))
}

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
    let Some((name, value)) = line.split_once(':') else {
        return Err(malformed(format!("no colon in the field line `{line}`")));
    };

    if name.is_empty() || name.contains([' ', '\t']) {
        return Err(malformed(format!("`{name}` is not a field name")));
    }

    let name = name.to_ascii_lowercase();
    let value = value.trim_matches([' ', '\t']);
    Ok((name, value.to_string()))
}

fn malformed(what: String) -> HttpError {
    HttpError::Malformed(what)
}

pub fn framing(head: &Head) -> Result<Framing, HttpError> {
    if head.status == 204 || head.status == 304 {
        return Ok(Framing::Empty);
    }

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
    if lengths.iter().any(|other| other != length) {
        return Err(malformed(format!("two lengths, {}", lengths.join(" and "))));
    }
    if !is_digits(length) {
        return Err(malformed(format!("`{length}` is not a length")));
    }
    let n = length.parse().map_err(|_| malformed(format!("the length {length} is too large")))?;
    Ok(Framing::Sized(n))
}

pub fn read_sized(reader: &mut impl BufRead, n: u64, out: &mut impl Write) -> Result<u64, HttpError> {
    let got = io::copy(&mut reader.by_ref().take(n), out)?;
    if got < n {
        return Err(HttpError::Truncated { got, want: Some(n) });
    }
    Ok(got)
}

pub fn read_until_close(reader: &mut impl BufRead, out: &mut impl Write) -> Result<u64, HttpError> {
    Ok(io::copy(reader, out)?)
}

pub fn read_chunked(reader: &mut impl BufRead, out: &mut impl Write) -> Result<u64, HttpError> {
    let mut got = 0;
    loop {
        let line = chunk_line(&mut reader.by_ref().take(MAX_SIZE_LINE), got)?;
        let size = parse_chunk_size(&line)?;
        if size == 0 {
            break;
        }

        got += read_sized(reader, size, out)?;

        let line = chunk_line(&mut reader.by_ref().take(MAX_SIZE_LINE), got)?;
        if !line.is_empty() {
            return Err(malformed(format!("`{line}` where a chunk should end")));
        }
    }

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
    if !size.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(malformed(format!("`{size}` is not the size of a chunk")));
    }
    u64::from_str_radix(size, 16).map_err(|_| malformed(format!("`{size}` is not the size of a chunk")))
}

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

fn has_scheme(location: &str) -> bool {
    let end = location.find(['/', '?', '#']).unwrap_or(location.len());
    location[..end].contains(':')
}

fn resolve(target: &str, location: &str) -> String {
    if location.is_empty() {
        return target.to_string();
    }
    if location.starts_with('/') {
        return location.to_string();
    }

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
