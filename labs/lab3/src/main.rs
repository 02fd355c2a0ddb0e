//! Provided: the program around your functions. It drives the stubs up to the one that `--stage` names; without
//! `--stage` it is the whole client.

use std::io::{BufRead, Write};
use std::process::ExitCode;

use anyhow::Context;
use lab3::provided::{self, Options, Output, Stage};
use lab3::{Framing, Head, HttpError, Url};

pub fn main() -> ExitCode {
    let options = match provided::read_options() {
        Ok(options) => options,
        Err(exit_code) => return exit_code,
    };

    let mut out = Output::default();
    let result = run(&options, &mut out);

    if let Some(exit_code) = out.exit_code() {
        return ExitCode::from(exit_code);
    }
    match result {
        Ok(exit_code) => ExitCode::from(exit_code),
        Err(error) => {
            provided::report(format!("{error:#}"));
            ExitCode::from(exit_code_of(&error))
        }
    }
}

/// `anyhow` has wrapped the error in the URL that it is about. The error itself is still inside.
fn exit_code_of(error: &anyhow::Error) -> u8 {
    match error.downcast_ref::<HttpError>() {
        Some(error) => error.exit_code(),
        None => provided::EXIT_OUTPUT,
    }
}

/// The two stages that need no network, then all others.
fn run(options: &Options, out: &mut Output) -> anyhow::Result<u8> {
    let url = lab3::parse_url(&options.url).with_context(|| options.url.clone())?;

    match options.stage {
        Stage::ParseUrl => {
            writeln!(out, "host: {}\nport: {}\ntarget: {}", url.host, url.port, url.target)?;
            Ok(0)
        }
        Stage::BuildRequest => {
            out.write_all(&lab3::build_request(&url))?;
            Ok(0)
        }
        _ => fetch(url, options, out),
    }
}

/// One exchange, and one more for each redirect. Each has a connection of its own.
fn fetch(mut url: Url, options: &Options, out: &mut Output) -> anyhow::Result<u8> {
    let mut redirects = 0;
    loop {
        let request = lab3::build_request(&url);
        let mut reader = provided::exchange(&url, &request, options).with_context(|| url.to_string())?;
        let head = lab3::read_head(&mut reader, options.max_head).with_context(|| url.to_string())?;
        provided::say(format!("HTTP {}", head.status));

        if options.stage == Stage::RedirectTarget {
            let target = lab3::redirect_target(&url, &head);
            if let Some(next) = target.with_context(|| format!("{url}: redirect"))? {
                if redirects == options.max_redirects {
                    return Err(HttpError::TooManyRedirects).with_context(|| url.to_string());
                }
                provided::say(format!("redirect to {next}"));
                redirects += 1;
                url = next;
                continue;
            }
        }

        return show(&head, &mut reader, options, out).with_context(|| url.to_string());
    }
}

/// Prints what the stage asks for of the response whose head has been read.
fn show(head: &Head, reader: &mut impl BufRead, options: &Options, out: &mut Output) -> anyhow::Result<u8> {
    if options.stage == Stage::ReadHead {
        write!(out, "{head}")?;
        return Ok(0);
    }

    let framing = lab3::framing(head)?;
    if options.stage == Stage::Framing {
        writeln!(out, "status: {}\nframing: {framing}", head.status)?;
        return Ok(0);
    }

    if options.show_head {
        writeln!(out, "{head}")?;
    }
    match framing {
        Framing::Empty => {}
        Framing::Sized(n) => {
            lab3::read_sized(reader, n, out)?;
        }
        Framing::UntilClose if options.stage >= Stage::ReadUntilClose => {
            lab3::read_until_close(reader, out)?;
        }
        Framing::Chunked if options.stage >= Stage::ReadChunked => {
            lab3::read_chunked(reader, out)?;
        }
        _ => {
            provided::report(format!("framing `{framing}`: not in this stage"));
            return Ok(provided::EXIT_PEER);
        }
    }

    if head.status >= 400 {
        return Ok(provided::EXIT_STATUS);
    }
    Ok(0)
}
