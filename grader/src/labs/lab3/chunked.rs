//! Chunked bodies: 3.13 to 3.15.

use crate::check::{Patience, Stop, Verdict};
use crate::lab::Lab;
use crate::peer::Tcp;
use crate::texts::say;

use super::server::{answer, asked, dribble, ends_with, flood, head, send_head};

const LAST: &str = "0\r\n\r\n";

pub fn decodes_chunks(lab: &Lab) -> Verdict {
    let mut coded = String::new();
    let mut body = String::new();
    for size in lab.size(&["A", "a", "10"][..], &["a", "3"][..]) {
        let word = lab.word(usize::from_str_radix(size, 16).map_err(anyhow::Error::from)?);
        coded.push_str(&chunk(size, &word));
        body.push_str(&word);
    }
    let _open = chunked(lab, &(coded + LAST))?;
    ends_with(lab, 0, body.as_bytes())
}

pub fn ignores_extensions(lab: &Lab) -> Verdict {
    let words = [lab.word(5), lab.word(3)];
    let coded = chunk("5;x=y", &words[0]) + &chunk("3 ; name=\"a;b\"; c", &words[1]) + LAST;
    let _open = chunked(lab, &coded)?;
    ends_with(lab, 0, words.concat().as_bytes())
}

pub fn decodes_dribbled_chunks(lab: &Lab) -> Verdict {
    let words = [lab.word(5), lab.word(3)];
    let coded = chunk("5", &words[0]) + &chunk("3", &words[1]) + LAST;
    let mut server = asked(lab, &[])?;
    send_head(lab, &mut server, &chunked_head())?;

    lab.let_it_read()?;
    dribble(lab, &mut server, coded.as_bytes(), say!("seen/lab3/chunks"))?;
    ends_with(lab, 0, words.concat().as_bytes())
}

pub fn ignores_trailers(lab: &Lab) -> Verdict {
    let word = lab.word(5);
    let _open = chunked(lab, &(chunk("5", &word) + "0\r\nExpires: never\r\nx-sum: 5\r\n\r\n"))?;
    ends_with(lab, 0, word.as_bytes())
}

pub fn believes_chunked(lab: &Lab) -> Verdict {
    let words = [lab.word(5), lab.word(4)];
    let mut server = asked(lab, &[])?;

    let head = head("200 OK", &["Content-Length: 6", "Transfer-Encoding: Chunked"]);
    let coded = chunk("5", &words[0]) + &chunk("4", &words[1]) + LAST;
    answer(lab, &mut server, &head, coded.as_bytes())?;
    ends_with(lab, 0, words.concat().as_bytes())?;
    believes_the_last_coding(lab, &coded)
}

/// `chunked` is not the last coding here, so the body ends with the connection, and none of it is a chunk.
fn believes_the_last_coding(lab: &Lab, body: &str) -> Verdict {
    lab.say(say!("seen/lab3/the_last_coding_is_another_one"));
    let mut server = asked(lab, &[])?;
    let codings = ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked, gzip"];
    answer(lab, &mut server, &head("200 OK", &codings), body.as_bytes())?;
    server.close();
    ends_with(lab, 0, body.as_bytes())
}

pub fn notices_a_missing_end(lab: &Lab) -> Verdict {
    let whole = chunk("5", &lab.word(5));
    for coded in [whole.clone(), chunk("5", &lab.word(2)), whole.clone() + "0\r\n", whole + "0\r\nx-sum: 5\r\n"] {
        chunked(lab, &coded)?.close();
        lab.expect_exit(5, Patience::NORMAL)?;
    }
    Ok(())
}

pub fn refuses_broken_chunks(lab: &Lab) -> Verdict {
    for size in ["5x", "+5", "-5", "0x5", "10000000000000005"] {
        let _open = chunked(lab, &(chunk(size, &lab.word(5)) + LAST))?;
        lab.expect_exit(5, Patience::NORMAL)?;
    }
    lab.say(say!("seen/lab3/more_bytes_than_the_size_says"));
    for coded in [chunk("5", &lab.word(8)), format!("5\r\n{}\n", lab.word(6))] {
        let _open = chunked(lab, &(coded + LAST))?;
        lab.expect_exit(5, Patience::NORMAL)?;
    }
    Ok(())
}

pub fn limits_lines_and_trailers(lab: &Lab) -> Verdict {
    for (start, filler, limit) in
        [("5;x=", "x", say!("seen/lab3/4096_bytes")), ("0\r\n", "x-sum: 5\r\n", say!("seen/lab3/16_384_bytes"))]
    {
        let mut server = asked(lab, &[])?;
        send_head(lab, &mut server, &chunked_head())?;
        flood(lab, &mut server, start, filler, limit)?;
        lab.expect_exit(5, Patience::NORMAL)?;
    }
    Ok(())
}

fn chunk(size: &str, bytes: &str) -> String {
    format!("{size}\r\n{bytes}\r\n")
}

fn chunked_head() -> Vec<u8> {
    head("200 OK", &["Transfer-Encoding: chunked"])
}

/// Answers with a chunked body, and leaves the connection open as long as it is kept.
fn chunked(lab: &Lab, coded: &str) -> Result<Tcp, Stop> {
    let mut server = asked(lab, &[])?;
    answer(lab, &mut server, &chunked_head(), coded.as_bytes())?;
    Ok(server)
}
