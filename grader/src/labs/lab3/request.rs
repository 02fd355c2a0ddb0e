//! URLs and requests: 3.01 to 3.03, and what is wrong with the bytes of a request.

use crate::check::{Kind, Patience, Stop, Verdict};
use crate::lab::{Fail, Lab};
use crate::peer::{Request, show_bytes};
use crate::texts::say;
use crate::wire::{Bytes, What};

use super::server::ends_with;

pub fn ends_its_request(lab: &Lab) -> Verdict {
    let host = format!("{}:{}", lab.ip(), port(lab));
    let bytes = request_for(lab, &format!("http://{host}/"))?;
    let fault = lines_fault(&bytes).or_else(|| request_line_fault(&bytes, "/"));
    judge(lab, "stdout", fault)
}

pub fn names_host_and_port(lab: &Lab) -> Verdict {
    let host = format!("{}:{}", lab.ip(), port(lab));
    let target = format!("/{}?{}", lab.word(6), lab.word(4));
    let bytes = request_for(lab, &format!("http://{host}{target}"))?;
    judge(lab, "stdout", fault(&bytes, &target, &host))
}

pub fn keeps_brackets_in_host(lab: &Lab) -> Verdict {
    let host = format!("[::1]:{}", port(lab));
    let target = format!("/{}", lab.word(6));
    let bytes = request_for(lab, &format!("http://{host}{target}"))?;
    judge(lab, "stdout", fault(&bytes, &target, &host))
}

pub fn drops_the_fragment(lab: &Lab) -> Verdict {
    let (ip, port, query) = (lab.ip(), port(lab), format!("{}={}", lab.word(3), lab.word(3)));
    lab.run(&[&format!("http://{ip}:{port}?{query}#{}", lab.word(5))])?;
    ends_with(lab, 0, format!("host: {ip}\nport: {port}\ntarget: /?{query}\n").as_bytes())
}

pub fn fills_in_what_is_missing(lab: &Lab) -> Verdict {
    let host = lab.word(8);
    lab.run(&[&format!("HTTP://{host}")])?;
    ends_with(lab, 0, format!("host: {host}\nport: 80\ntarget: /\n").as_bytes())
}

pub fn refuses_other_urls(lab: &Lab) -> Verdict {
    let host = lab.word(8);
    for (url, said) in [
        (format!("https://{host}/"), "not supported"),
        (format!("http://{host}:65536/"), ""),
        (format!("http://{host}:8x/"), ""),
        (format!("http:///{host}"), ""),
        (host.clone(), ""),
        (format!("http://user@{host}/"), ""),
        ("http://[::1/".to_string(), ""),
        ("http://[::1]x/".to_string(), ""),
        (format!("http://{host}/a b"), ""),
        (format!("http://{host}/\u{e9}"), ""),
        (format!("http://{host}/a\r\nX:1"), ""),
    ] {
        lab.run(&[&url])?;
        lab.expect_exit(2, Patience::NORMAL)?;
        lab.expect_stderr_has(said)?;
    }
    Ok(())
}

/// A port that is not 80. Nobody is asked there.
fn port(lab: &Lab) -> u64 {
    1024 + lab.below(60_000)
}

/// What the program prints in the stage `build_request`.
fn request_for(lab: &Lab, url: &str) -> Result<Vec<u8>, Stop> {
    lab.run(&[url])?;
    lab.expect_exit(0, Patience::NORMAL)?;
    let bytes = lab.program_output();
    lab.event("stdout", What::Stdout(Bytes::of(&bytes)));
    Ok(bytes)
}

/// Stops the check if there is a fault.
pub fn judge(lab: &Lab, lane: &str, fault: Option<Fault>) -> Verdict {
    match fault {
        None => Ok(()),
        Some(Fault { want, got }) => {
            Err(lab.fail(Fail::new(Kind::WrongRequest).lane(lane).want(want).got(got).may_end()))
        }
    }
}

/// What is wrong with a request.
#[derive(Debug)]
pub struct Fault {
    want: String,
    got: String,
}

/// The first thing that is wrong with a GET of `target` at `host`.
pub fn fault(bytes: &[u8], target: &str, host: &str) -> Option<Fault> {
    lines_fault(bytes).or_else(|| request_line_fault(bytes, target)).or_else(|| fields_fault(bytes, host))
}

/// Each line ends with CR LF, an empty line ends the request, and nothing follows it.
fn lines_fault(bytes: &[u8]) -> Option<Fault> {
    let bare = |at: &usize| match bytes[*at] {
        b'\n' => *at == 0 || bytes[at - 1] != b'\r',
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    if let Some(at) = (0..bytes.len()).find(bare) {
        let start = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |before| before + 1);
        return wrong(say!("seen/lab3/each_line_ends_with_r_n"), show_end(&bytes[start..=at]));
    }
    match bytes.windows(4).position(|four| four == b"\r\n\r\n") {
        None => wrong(say!("seen/lab3/an_empty_line_at_the_end"), show_end(bytes)),
        Some(at) if at + 4 < bytes.len() => {
            let more = &bytes[at + 4..];
            wrong(say!("seen/lab3/nothing_behind_the_empty_line"), say!("seen/lab3/behind_it", more = show_start(more)))
        }
        Some(_) => None,
    }
}

fn request_line_fault(bytes: &[u8], target: &str) -> Option<Fault> {
    let want = format!("GET {target} HTTP/1.1");
    let line = bytes.split(|byte| *byte == b'\r').next().unwrap_or(bytes);
    if line == want.as_bytes() {
        return None;
    }
    wrong(say!("seen/lab3/the_request_line", want), show_start(line))
}

fn fields_fault(bytes: &[u8], host: &str) -> Option<Fault> {
    let request = Request::parse(bytes)?;
    let name = |line: &str| line.split_once(':').map(|(name, _)| name.to_string()).unwrap_or_default();
    let broken = |line: &&String| name(line).is_empty() || name(line).contains([' ', '\t']);
    if let Some(line) = request.lines.iter().skip(1).find(broken) {
        return wrong(say!("seen/lab3/each_field_line_is_a_name"), show_start(line.as_bytes()));
    }
    let hosts = request.values("host");
    if hosts != [host] {
        let got = if hosts.is_empty() {
            say!("seen/lab3/no_host_field").to_string()
        } else {
            format!("Host: {}", hosts.join(", Host: "))
        };
        return wrong(say!("seen/lab3/one_field_host", host), show_start(got.as_bytes()).replace('"', ""));
    }
    let closes = |value: &&str| value.split(',').any(|option| option.trim().eq_ignore_ascii_case("close"));
    let options = request.values("connection");
    if !options.iter().any(closes) {
        let got =
            if options.is_empty() { say!("seen/lab3/no_connection_field").to_string() } else { options.join(", ") };
        return wrong(say!("seen/lab3/a_field_connection_close"), show_start(got.as_bytes()).replace('"', ""));
    }
    None
}

fn wrong(want: impl Into<String>, got: String) -> Option<Fault> {
    Some(Fault { want: want.into(), got })
}

/// As much as fits in a report.
const SHOWN: usize = 60;

fn show_start(bytes: &[u8]) -> String {
    let dots = if bytes.len() > SHOWN { " .." } else { "" };
    format!("{}{dots}", show_bytes(&bytes[..bytes.len().min(SHOWN)]))
}

fn show_end(bytes: &[u8]) -> String {
    let dots = if bytes.len() > SHOWN { ".. " } else { "" };
    format!("{dots}{}", show_bytes(&bytes[bytes.len().saturating_sub(SHOWN)..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RIGHT: &str = "GET /a HTTP/1.1\r\nhost: h:81\r\nUser-Agent: x\r\nConnection: Close\r\n\r\n";

    fn want(request: &str) -> String {
        fault(request.as_bytes(), "/a", "h:81").map(|fault| fault.want).unwrap_or_default()
    }

    #[test]
    fn a_request_is_judged_by_what_rfc_9112_says() {
        assert_eq!(want(RIGHT), "");
        assert!(want(&RIGHT.replace("\r\n", "\n")).starts_with("each line ends"));
        assert!(want(&RIGHT.replace("Close\r\n\r\n", "Close\r\n")).starts_with("an empty line"));
        assert!(want(&format!("{RIGHT}\r\n")).starts_with("nothing behind"));
        assert!(want(&RIGHT.replace("/a", "/")).starts_with("the request line"));
        assert!(want(&RIGHT.replace("h:81", "h")).starts_with("one field Host"));
        assert!(want(&RIGHT.replace("User-Agent: x", "host: h:81")).starts_with("one field Host"));
        assert!(want(&RIGHT.replace("User-Agent: x", "User-Agent")).starts_with("each field line"));
        assert!(want(&RIGHT.replace("Close", "keep-alive")).starts_with("a field Connection"));
        assert!(!want("").is_empty());
    }
}
