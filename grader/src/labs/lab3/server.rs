//! What the checks of this lab have in common: the grader is the server of one exchange.

use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use rustix::fd::AsFd;

use crate::check::{Ended, Kind, Patience, Stop, Verdict};
use crate::lab::{Fail, Lab};
use crate::peer::tcp::Got;
use crate::peer::{Tcp, grouped};
use crate::texts::say;
use crate::wire::{Bytes, What};

/// Starts the program with these arguments and the URL of a page, takes its connection, and reads its request.
pub fn asked(lab: &Lab, args: &[&str]) -> Result<Tcp, Stop> {
    let listener = lab.listen()?;
    let url = format!("http://{}/{}", listener.address()?, lab.word(6));
    run(lab, args, &url)?;
    let mut server = listener.accept("server")?;
    server.read_request(lab)?;
    Ok(server)
}

/// Starts the program. Its patience is a matter of one check only; in the others it is so long that a machine which is busy
/// does not make a right program give up on the grader.
pub fn run(lab: &Lab, args: &[&str], url: &str) -> Verdict {
    let patient = if args.contains(&"--timeout") { &[][..] } else { &["--timeout", "60000"] };
    lab.run(&[args, &[url], patient].concat())
}

/// A head with its empty line: `head("200 OK", &["Content-Length: 2"])`.
pub fn head(status: &str, fields: &[&str]) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status}\r\n");
    for field in fields {
        text.push_str(field);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    text.into_bytes()
}

/// The head of a page of so many bytes.
pub fn sized_head(len: usize) -> Vec<u8> {
    head("200 OK", &[&format!("Content-Length: {len}")])
}

/// Sends a head, and the body behind it in a segment of its own. The connection stays open.
pub fn answer(lab: &Lab, server: &mut Tcp, head: &[u8], body: &[u8]) -> Verdict {
    if send_head(lab, server, head)? {
        lab.let_it_read()?;
        offer(lab, server, body, say!("seen/lab3/body"))?;
    }
    Ok(())
}

/// Sends a head, and shows it in the ladder. Says whether anybody is there to read it.
pub fn send_head(lab: &Lab, server: &mut Tcp, head: &[u8]) -> Result<bool, Stop> {
    tell(lab, head);
    offer(lab, server, head, say!("seen/lab3/head"))
}

/// Shows the lines of a head in the ladder, as many in one of its rows as fit.
pub fn tell(lab: &Lab, head: &[u8]) {
    const ROW: usize = 64;
    let text = String::from_utf8_lossy(head);
    let mut row = String::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let line = line.escape_debug().to_string();
        if row.is_empty() {
            row = line;
        } else if row.len() + line.len() + 3 <= ROW {
            row = format!("{row} | {line}");
        } else {
            lab.say(std::mem::replace(&mut row, line));
        }
    }
    lab.say(row);
}

/// Sends, and says whether anybody is there to read it. A program that has gone is judged by how it ended.
pub fn offer(lab: &Lab, server: &mut Tcp, bytes: &[u8], name: &str) -> Result<bool, Stop> {
    if let Some(Got::End | Got::Reset) = server.read(&mut [0; 16])? {
        return Ok(false);
    }
    server.before_send(bytes, name)?;
    let stream = server.stream().clone();
    let mut rest = bytes;
    let sent = lab.until(&[(stream.as_fd(), PollFlags::OUT)], server.patience, || {
        let Some(count) = server.write(rest, name)? else { return Ok(Some(false)) };
        rest = &rest[count..];
        Ok(rest.is_empty().then_some(true))
    })?;
    Ok(sent == Ok(true))
}

/// Sends one byte after another, each a read of its own; that CR and LF come in two reads is made sure of.
pub fn dribble(lab: &Lab, server: &mut Tcp, bytes: &[u8], name: &str) -> Verdict {
    for byte in bytes.chunks(1) {
        if !offer(lab, server, byte, name)? {
            break;
        }
        if byte == b"\r" { it_sleeps(lab)? } else { lab.let_it_read()? }
    }
    Ok(())
}

/// Waits until the program has read all that it was sent, and sleeps in its next read. One that never sleeps is waited
/// for no longer than a second: its `--timeout` goes on.
pub fn it_sleeps(lab: &Lab) -> Verdict {
    let end = Instant::now() + Duration::from_secs(1);
    let _ = lab.until_settled(&[], Duration::ZERO, || Ok((Instant::now() > end).then_some(())))?;
    Ok(())
}

/// Sends `start`, and then `filler` again and again. A right program goes away long before 4 MiB.
pub fn flood(lab: &Lab, server: &mut Tcp, start: &str, filler: &str, limit: &str) -> Verdict {
    const MOST: u64 = 4 * 1024 * 1024;
    let block = filler.repeat(16 * 1024 / filler.len());
    offer(lab, server, start.as_bytes(), say!("seen/lab3/start"))?;

    let mut sent = 0;
    while sent < MOST && offer(lab, server, block.as_bytes(), say!("seen/lab3/more"))? {
        sent += block.len() as u64;
    }
    if sent < MOST {
        return Ok(());
    }
    let want = say!("seen/lab3/no_more_than_of_this_is", limit);
    let got = say!("seen/lab3/bytes_were_read_and_it_reads", sent = grouped(sent));
    Err(lab.fail(Fail::new(Kind::Unbounded).lane("server").want(want).got(got)))
}

/// The program ends by itself: with this exit code, and just this on standard output.
pub fn ends_with(lab: &Lab, code: i32, want: &[u8]) -> Verdict {
    let waited = lab.wait_for_exit(Patience::NORMAL)?;
    let got = lab.program_output();
    if waited != Ok(Ended::Code(code)) || got != want {
        lab.event("stdout", What::Stdout(Bytes::of(&got)));
    }
    match waited {
        Err(stuck) if got == want => {
            lab.event("program", What::Wait { what: say!("seen/lab3/exit_code", code) });
            let so_far = say!("seen/lab3/still_running_standard_output_is_complete", count = count(got.len()));
            let fail = Fail::new(Kind::NoExit).lane("program").want(say!("seen/lab3/exit_code", code));
            Err(lab.fail(fail.got(so_far).stuck(stuck)))
        }
        Err(stuck) => Err(lab.fail(differs(lab, code, want, &got, say!("seen/lab3/still_running")).stuck(stuck))),
        Ok(Ended::Code(ended)) if ended == code && got != want => {
            Err(lab.fail(differs(lab, code, want, &got, &say!("seen/lab3/exit_code", code)).may_end()))
        }
        Ok(_) => lab.expect_exit(code, Patience::NORMAL),
    }
}

/// Counts where bytes are missing, the bytes themselves where they differ.
fn differs(lab: &Lab, code: i32, want: &[u8], got: &[u8], how: &str) -> Fail {
    let fail = lab.different("stdout", want, got);
    if !want.starts_with(got) {
        return fail;
    }
    fail.lane("server").want(say!("seen/lab3/on_standard_output_exit_code", count = count(want.len()), code)).got(say!(
        "seen/lab3/on_standard_output",
        count = count(got.len()),
        how
    ))
}

fn count(bytes: usize) -> String {
    say!("seen/lab3/byte", bytes = grouped(bytes as u64), plural = if bytes == 1 { "" } else { "s" })
}
