//! Messages in a stream of bytes: each one says how long it is. The format is that of the netstrings (`5:hello,`), which
//! mail programs use: the length in decimal digits, a colon, the bytes, a comma.

use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read};

use anyhow::ensure;

/// The longest message that is taken. Without a limit the sender would decide how much memory this program uses.
const LONGEST: usize = 1000;

/// The most digits of a length.
const DIGITS: u64 = 4;

// ANCHOR: read
/// Returns the next message, or `None` if the stream ends where a message could begin.
fn next_message(reader: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut digits = Vec::new();
    reader.by_ref().take(DIGITS + 1).read_until(b':', &mut digits)?;
    if digits.is_empty() {
        return Ok(None);
    }
    let length = parse_length(&digits)?;

    // `read_exact` reads as often as it takes, and the end of the stream before that is an error.
    let mut message = vec![0; length + 1];
    reader.read_exact(&mut message)?;
    match message.pop() {
        Some(b',') => Ok(Some(message)),
        _ => Err(invalid("no comma behind the message")),
    }
}
// ANCHOR_END: read

/// Digits and a colon. `parse` alone would also take `+5`.
fn parse_length(text: &[u8]) -> io::Result<usize> {
    let Some(digits) = text.strip_suffix(b":") else {
        return Err(invalid("no colon where the length ends"));
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(invalid("the length is not a number"));
    }
    let length = digits.iter().fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'));
    if length > LONGEST { Err(invalid("the message is too long")) } else { Ok(length) }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

/// Reads all messages of a stream that comes in two pieces.
fn messages(stream: &[u8], cut: usize) -> io::Result<Vec<Vec<u8>>> {
    let (first, second) = stream.split_at(cut);
    let mut reader = BufReader::new(Cursor::new(first).chain(Cursor::new(second)));
    std::iter::from_fn(|| next_message(&mut reader).transpose()).collect()
}

fn main() -> anyhow::Result<()> {
    let stream = b"5:hello,0:,13:bytes, 3:not,,";
    for cut in 0..=stream.len() {
        let whole = messages(stream, cut)?;
        ensure!(whole == [b"hello".to_vec(), b"".to_vec(), b"bytes, 3:not,".to_vec()], "cut at {cut}");
    }
    println!("{} bytes, cut at {} places: always the same 3 messages", stream.len(), stream.len() + 1);
    for message in messages(stream, 4)? {
        println!("  {:2} bytes  {}", message.len(), message.escape_ascii());
    }

    println!("what is not a netstring:");
    for wrong in ["5:hel", "5:hello.", "+5:hello,", "99999:x,"] {
        let error = messages(wrong.as_bytes(), 0).expect_err("not a netstring");
        println!("  {wrong:10} {:?}: {error}", error.kind());
    }
    Ok(())
}
