//! Bodies with a length, and bodies that end with the connection: 3.04 to 3.07, 3.10 to 3.12, 3.19b, 3.20.

use std::time::Duration;

use crate::check::{Patience, Verdict};
use crate::lab::Lab;
use crate::texts::say;

use super::server::{answer, asked, ends_with, head, it_sleeps, offer, send_head, sized_head, tell};

pub fn stops_after_content_length(lab: &Lab) -> Verdict {
    let body = lab.word(lab.size(200, 8));
    let mut server = asked(lab, &[])?;

    answer(lab, &mut server, &sized_head(body.len()), body.as_bytes())?;
    ends_with(lab, 0, body.as_bytes())
}

pub fn takes_a_page_without_length(lab: &Lab) -> Verdict {
    let body = lab.word(lab.size(200, 8));
    let mut server = asked(lab, &[])?;

    answer(lab, &mut server, &head("200 OK", &["Server: grader"]), body.as_bytes())?;
    server.close();
    ends_with(lab, 0, body.as_bytes())
}

pub fn reads_all_until_the_close(lab: &Lab) -> Verdict {
    let body = lab.word(lab.size(50_000, 12));
    let mut server = asked(lab, &[])?;
    send_head(lab, &mut server, &head("200 OK", &["Server: grader"]))?;

    let mut rest = body.as_bytes();
    for size in lab.size([1, 1447, 7, 4096, 8192, 36_257], [1, 2, 1, 3, 1, 4]) {
        lab.let_it_read()?;
        let (piece, more) = rest.split_at(size);
        offer(lab, &mut server, piece, say!("seen/lab3/one_piece"))?;
        rest = more;
    }
    server.close();
    ends_with(lab, 0, body.as_bytes())
}

pub fn reads_the_whole_body(lab: &Lab) -> Verdict {
    let (piece, count) = lab.size((1000, 10), (2, 4));
    let body = lab.word(piece * count);
    let mut server = asked(lab, &[])?;
    send_head(lab, &mut server, &sized_head(body.len()))?;

    for (nth, bytes) in body.as_bytes().chunks(piece).enumerate() {
        lab.pass(Duration::from_millis(30))?;
        if !offer(lab, &mut server, bytes, &say!("seen/lab3/piece", nth = nth + 1))? {
            break;
        }
    }
    ends_with(lab, 0, body.as_bytes())
}

pub fn waits_for_no_more_than_promised(lab: &Lab) -> Verdict {
    for size in lab.size(&[4096, 8192][..], &[64][..]) {
        lab.say(say!("seen/lab3/head_and_body_are_bytes_together", size));
        let mut server = asked(lab, &[])?;
        let body = lab.word(size - sized_head(*size).len());
        tell(lab, &sized_head(body.len()));
        offer(lab, &mut server, &[&sized_head(body.len()), body.as_bytes()].concat(), say!("seen/lab3/response"))?;
        ends_with(lab, 0, body.as_bytes())?;

        lab.say(say!("seen/lab3/the_body_alone_is_bytes_in", size));
        let mut server = asked(lab, &[])?;
        let body = lab.word(lab.size(*size, 8));
        send_head(lab, &mut server, &sized_head(body.len()))?;
        it_sleeps(lab)?;
        offer(lab, &mut server, body.as_bytes(), say!("seen/lab3/body"))?;
        ends_with(lab, 0, body.as_bytes())?;
    }
    Ok(())
}

pub fn copies_any_bytes(lab: &Lab) -> Verdict {
    let every: Vec<u8> = lab.size((0..=255).rev().collect(), vec![255, 0]);
    let body = [&b"\xff\r\n\r\n"[..], &every, b"\xc3\x28\r\n\r\n\0"].concat();
    let mut server = asked(lab, &[])?;

    answer(lab, &mut server, &sized_head(body.len()), &body)?;
    ends_with(lab, 0, &body)
}

pub fn notices_a_cut_off_body(lab: &Lab) -> Verdict {
    let mut server = asked(lab, &[])?;
    answer(lab, &mut server, &sized_head(10), lab.word(3).as_bytes())?;
    server.close();

    lab.expect_exit(5, Patience::NORMAL)?;
    lab.expect_stderr_has("3 of 10")
}

pub fn prints_no_more_than_promised(lab: &Lab) -> Verdict {
    let mut server = asked(lab, &[])?;
    answer(lab, &mut server, &sized_head(2), b"okJUNK")?;
    ends_with(lab, 0, b"ok")
}

pub fn believes_no_absurd_length(lab: &Lab) -> Verdict {
    for (length, said) in [
        ("4611686018427387904", "3 of 4611686018427387904"),
        ("18446744073709551615", "3 of 18446744073709551615"),
        ("18446744073709551616", ""),
    ] {
        let mut server = asked(lab, &[])?;
        let head = head("200 OK", &[&format!("Content-Length: {length}")]);
        answer(lab, &mut server, &head, lab.word(3).as_bytes())?;
        server.close();
        lab.expect_exit(5, Patience::NORMAL)?;
        lab.expect_stderr_has(said)?;
    }
    Ok(())
}

pub fn gives_up_on_silence(lab: &Lab) -> Verdict {
    let timeout = Duration::from_millis(100);
    let server = asked(lab, &["--timeout", "100"])?;
    lab.say(say!("seen/lab3/the_server_says_nothing"));
    lab.expect_exit(4, server.patience.and(timeout))?;

    // On a machine that is busy, the program may have given up before it was sent a head.
    for millis in [100, 500, 2500] {
        let mut server = asked(lab, &["--timeout", &millis.to_string()])?;
        answer(lab, &mut server, &sized_head(10), lab.word(3).as_bytes())?;
        lab.say(say!("seen/lab3/the_server_says_nothing_more"));
        lab.expect_exit(4, server.patience.and(Duration::from_millis(millis)))?;
        if lab.stderr().contains("HTTP 200") {
            break;
        }
    }
    Ok(())
}

pub fn notices_a_reset(lab: &Lab) -> Verdict {
    resets_after(lab, &sized_head(10))
}

pub fn takes_no_reset_for_the_end(lab: &Lab) -> Verdict {
    resets_after(lab, &head("200 OK", &["Server: grader"]))
}

/// The server sends this head and three bytes, and resets the connection.
fn resets_after(lab: &Lab, head: &[u8]) -> Verdict {
    let mut server = asked(lab, &[])?;
    answer(lab, &mut server, head, lab.word(3).as_bytes())?;
    it_sleeps(lab)?;
    server.reset()?;
    lab.expect_exit(5, Patience::NORMAL)
}

#[cfg(unix)]
pub fn goes_on_when_interrupted(lab: &Lab) -> Verdict {
    let body = lab.word(lab.size(20, 8));
    let mut server = asked(lab, &[])?;
    answer(lab, &mut server, &sized_head(body.len()), &body.as_bytes()[..4])?;

    lab.say(say!("seen/lab3/a_read_with_a_timeout_is"));
    it_sleeps(lab)?;
    lab.pause(true);
    lab.pause(false);
    it_sleeps(lab)?;
    offer(lab, &mut server, &body.as_bytes()[4..], say!("seen/lab3/rest"))?;
    ends_with(lab, 0, body.as_bytes())
}

#[cfg(not(unix))]
pub fn goes_on_when_interrupted(_: &Lab) -> Verdict {
    Err(crate::check::Stop::NotRun(say!("seen/lab3/sigstop_which_interrupts_a_read_is").to_string()))
}
