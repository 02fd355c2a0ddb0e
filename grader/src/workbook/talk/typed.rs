//! What is typed or piped in, as the bytes that are sent.

use std::io::{self, BufRead, Read};

use super::Options;

/// Hands over what is typed, line by line, to its end; `send` says whether anybody is there to take it.
pub fn each(options: &Options, mut send: impl FnMut(&[u8]) -> bool) -> io::Result<()> {
    let mut stdin = io::stdin().lock();
    loop {
        let bytes = if options.raw { piece(&mut stdin)? } else { line(&mut stdin, options)? };
        match bytes {
            Some(bytes) if send(&bytes) => {}
            _ => return Ok(()),
        }
    }
}

fn piece(stdin: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut buf = vec![0; 16 * 1024];
    let count = stdin.read(&mut buf)?;
    buf.truncate(count);
    Ok((count > 0).then_some(buf))
}

/// A line with the line end that is asked for, also where the last one has none.
fn line(stdin: &mut impl BufRead, options: &Options) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    if stdin.read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.ends_with(b"\n") {
        line.pop();
    }
    if line.ends_with(b"\r") {
        line.pop();
    }
    let mut bytes = if options.escapes { unescaped(&line) } else { line };
    bytes.extend(match () {
        () if options.crlf => &b"\r\n"[..],
        // Whoever types escapes says where lines end: a datagram, say, has none.
        () if options.escapes => b"",
        () => b"\n",
    });
    Ok(Some(bytes))
}

/// `\n \r \t \0 \\` and `\x41` as the bytes that they stand for; any other backslash is one.
pub fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let [first, more @ ..] = rest {
        let (byte, used) = match (first, more) {
            (b'\\', [b'n', ..]) => (b'\n', 2),
            (b'\\', [b'r', ..]) => (b'\r', 2),
            (b'\\', [b't', ..]) => (b'\t', 2),
            (b'\\', [b'0', ..]) => (0, 2),
            (b'\\', [b'\\', ..]) => (b'\\', 2),
            (b'\\', [b'x', high, low, ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, 4),
                _ => (*first, 1),
            },
            _ => (*first, 1),
        };
        bytes.push(byte);
        rest = &rest[used..];
    }
    bytes
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(crlf: bool, escapes: bool) -> Options {
        Options { udp: false, crlf, raw: false, escapes, plain: false }
    }

    #[test]
    fn a_line_gets_the_end_that_is_asked_for() {
        let sent = |text: &str, options: &Options| line(&mut text.as_bytes(), options).unwrap();
        assert_eq!(sent("hi\n", &options(false, false)).unwrap(), b"hi\n");
        assert_eq!(sent("hi", &options(true, false)).unwrap(), b"hi\r\n");
        assert_eq!(sent("hi\r\n", &options(true, false)).unwrap(), b"hi\r\n");
        assert_eq!(sent("", &options(false, false)), None);
        assert_eq!(sent("\\x00\\n", &options(false, true)).unwrap(), b"\0\n");
        assert_eq!(sent("\n", &options(false, true)).unwrap(), b"");
    }

    #[test]
    fn escapes_are_bytes() {
        assert_eq!(unescaped(br"a\x41\r\n\0\\\t"), b"aA\r\n\0\\\t");
        assert_eq!(unescaped(br"\q \x4 \xzz \"), br"\q \x4 \xzz \");
    }
}
