//! Heads: 3.08, 3.09, 3.16, 3.18, and what a head may not be (3.19).

use crate::check::{Patience, Verdict};
use crate::lab::Lab;
use crate::texts::say;

use super::server::{answer, asked, dribble, ends_with, flood, head, offer, send_head, sized_head, tell};

pub fn reads_a_dribbled_head(lab: &Lab) -> Verdict {
    let note = lab.word(5);
    let mut server = asked(lab, &[])?;

    let bytes = head("200 OK", &[&format!("note: {note}"), "content-length: 2"]);
    tell(lab, &bytes);
    dribble(lab, &mut server, &bytes, say!("seen/lab3/head"))?;
    ends_with(lab, 0, format!("status: 200\nnote: {note}\ncontent-length: 2\n").as_bytes())
}

pub fn keeps_what_follows_the_head(lab: &Lab) -> Verdict {
    let body = lab.word(lab.size(120, 6));
    let mut server = asked(lab, &[])?;

    let bytes = [&sized_head(body.len()), body.as_bytes()].concat();
    tell(lab, &sized_head(body.len()));
    offer(lab, &mut server, &bytes, say!("seen/lab3/response"))?;
    ends_with(lab, 0, body.as_bytes())
}

pub fn reads_field_names_in_any_case(lab: &Lab) -> Verdict {
    let body = lab.word(2);
    let mut server = asked(lab, &[])?;

    answer(lab, &mut server, &head("200 OK", &["cOnTeNt-LeNgTh:\t 2 "]), body.as_bytes())?;
    ends_with(lab, 0, body.as_bytes())
}

pub fn knows_that_204_is_empty(lab: &Lab) -> Verdict {
    let mut server = asked(lab, &[])?;
    send_head(lab, &mut server, &head("204 No Content", &["Server: grader"]))?;
    ends_with(lab, 0, b"status: 204\nframing: empty\n")
}

pub fn waits_for_no_body_of_304(lab: &Lab) -> Verdict {
    let mut server = asked(lab, &[])?;
    send_head(lab, &mut server, &head("304 Not Modified", &["Content-Length: 5"]))?;
    ends_with(lab, 0, b"")?;

    lab.say(say!("seen/lab3/only_the_status_is_another_one"));
    let body = lab.word(5);
    let mut server = asked(lab, &[])?;
    answer(lab, &mut server, &head("200 OK", &["Content-Length: 5"]), body.as_bytes())?;
    ends_with(lab, 0, body.as_bytes())
}

pub fn skips_100_continue(lab: &Lab) -> Verdict {
    let body = lab.word(lab.size(40, 6));
    let mut server = asked(lab, &[])?;

    if send_head(lab, &mut server, &head("100 Continue", &[]))? {
        lab.let_it_read()?;
        answer(lab, &mut server, &sized_head(body.len()), body.as_bytes())?;
    }
    ends_with(lab, 0, body.as_bytes())
}

pub fn takes_the_status_from_its_place(lab: &Lab) -> Verdict {
    let body = lab.word(lab.size(40, 6));
    let mut server = asked(lab, &[])?;

    let length = format!("Content-Length: {}", body.len());
    let head = head("404 Sorry, no 200 OK here", &["X-Note: HTTP/1.1 200 OK", &length]);
    answer(lab, &mut server, &head, body.as_bytes())?;
    ends_with(lab, 22, body.as_bytes())
}

pub fn limits_the_head(lab: &Lab) -> Verdict {
    lab.say(say!("seen/lab3/a_head_of_exactly_max_head"));
    let note = lab.word(20);
    let bytes = head("200 OK", &[&format!("note: {note}")]);
    let mut server = asked(lab, &["--max-head", &bytes.len().to_string()])?;
    send_head(lab, &mut server, &bytes)?;
    ends_with(lab, 0, format!("status: 200\nnote: {note}\n").as_bytes())?;

    for (what, start, filler) in [
        (say!("seen/lab3/one_line_without_end"), "HTTP/1.1 200 OK\r\nnote: x", "x"),
        (say!("seen/lab3/lines_without_end"), "HTTP/1.1 200 OK\r\n", "note: x\r\n"),
        (say!("seen/lab3/heads_of_100_without_end"), "", "HTTP/1.1 100 Continue\r\n\r\n"),
    ] {
        lab.say(what);
        let mut server = asked(lab, &[])?;
        flood(lab, &mut server, start, filler, say!("seen/lab3/16_384_bytes_max_head"))?;
        lab.expect_exit(5, Patience::NORMAL)?;
    }
    Ok(())
}

pub fn refuses_lengths_that_are_none(lab: &Lab) -> Verdict {
    for length in ["12x", "+5", "-1", ""] {
        let mut server = asked(lab, &[])?;
        send_head(lab, &mut server, &head("200 OK", &[&format!("Content-Length: {length}")]))?;
        ends_with(lab, 5, b"")?;
    }
    Ok(())
}

pub fn refuses_two_lengths(lab: &Lab) -> Verdict {
    let mut server = asked(lab, &[])?;
    send_head(lab, &mut server, &head("200 OK", &["Content-Length: 2", "Content-Length: 3"]))?;
    ends_with(lab, 5, b"")
}

pub fn refuses_other_heads(lab: &Lab) -> Verdict {
    for text in [
        "SSH-2.0-x\r\n",
        "HTTP/1.1\r\n\r\n",
        "HTTP/1.1 OK 200\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntwo words: x\r\n\r\n",
    ] {
        let mut server = asked(lab, &[])?;
        send_head(lab, &mut server, text.as_bytes())?;
        ends_with(lab, 5, b"")?;
    }

    lab.say(say!("seen/lab3/the_server_closes_in_the_middle"));
    let mut server = asked(lab, &[])?;
    send_head(lab, &mut server, b"HTTP/1.1 200 OK\r\nnote: x\r\n")?;
    server.close();
    ends_with(lab, 5, b"")?;
    takes_unusual_heads(lab)
}

/// What is seldom is not wrong. The server closes, so that who waits for another line end need not wait for long.
fn takes_unusual_heads(lab: &Lab) -> Verdict {
    for (what, bytes, note) in [
        (say!("seen/lab3/lines_that_end_with_n"), &b"HTTP/1.1 200 OK\nnote: x\n\n"[..], "x"),
        (say!("seen/lab3/a_byte_that_is_not_utf_8"), b"HTTP/1.1 200 OK\r\nnote: \xff\r\n\r\n", "\u{fffd}"),
    ] {
        let mut server = asked(lab, &[])?;
        lab.say(what);
        offer(lab, &mut server, bytes, say!("seen/lab3/head"))?;
        server.close();
        ends_with(lab, 0, format!("status: 200\nnote: {note}\n").as_bytes())?;
    }
    Ok(())
}
