//! Redirects: 3.17. Here the whole program runs, and the request is judged on the wire.

use crate::check::{Stop, Verdict};
use crate::lab::Lab;
use crate::peer::{Listener, Tcp};

use super::request::{fault, judge};
use super::server::{answer, ends_with, head, run, send_head, sized_head};

pub fn goes_to_another_port(lab: &Lab) -> Verdict {
    let (first, other) = (lab.listen()?, lab.listen()?);
    let target = format!("/{}", lab.word(6));
    let there = format!("/{}?{}", lab.word(6), lab.word(3));

    let mut server = starts_at(lab, &first, &target, &[])?;
    // Whoever asks the old host again is refused.
    drop(first);
    redirect(lab, &mut server, "301 Moved Permanently", &format!("http://{}{there}", other.address()?))?;
    shows_the_page(lab, &other, "server 2", &there)
}

pub fn completes_a_path(lab: &Lab) -> Verdict {
    let (first, other) = (lab.listen()?, lab.listen()?);
    let target = format!("/{}/{}?{}", lab.word(3), lab.word(3), lab.word(3));
    let (there, page) = (format!("/{}", lab.word(6)), format!("/{}", lab.word(6)));

    let mut server = starts_at(lab, &first, &target, &[])?;
    redirect(lab, &mut server, "302 Found", &there)?;

    let mut server = asks(lab, &first, "server", &there)?;
    drop(first);
    redirect(lab, &mut server, "302 Found", &format!("//{}{page}", other.address()?))?;
    shows_the_page(lab, &other, "server 2", &page)
}

pub fn completes_a_relative_url(lab: &Lab) -> Verdict {
    let listener = lab.listen()?;
    let folder = format!("/{}", lab.word(3));
    let target = format!("{folder}/{}?q=1/2", lab.word(3));
    let page = format!("{folder}/{}", lab.word(3));
    let location = format!("{}?u=http://{}/", &page[folder.len() + 1..], lab.word(3));

    let mut server = starts_at(lab, &listener, &target, &[])?;
    redirect(lab, &mut server, "307 Temporary Redirect", &location)?;

    let mut server = asks(lab, &listener, "server", &format!("{folder}/{location}"))?;
    let query = format!("?{}", lab.word(3));
    redirect(lab, &mut server, "303 See Other", &format!("{query}#{}", lab.word(3)))?;
    shows_the_page(lab, &listener, "server", &format!("{page}{query}"))
}

pub fn leaves_a_loop(lab: &Lab) -> Verdict {
    let listener = lab.listen()?;
    let target = format!("/{}", lab.word(6));
    let mut server = starts_at(lab, &listener, &target, &["--max-redirects", "3"])?;

    for status in ["302 Found", "303 See Other", "308 Permanent Redirect"] {
        redirect(lab, &mut server, status, &target)?;
        server = asks(lab, &listener, "server", &target)?;
    }
    redirect(lab, &mut server, "301 Moved Permanently", &target)?;
    ends_with(lab, 6, b"")
}

pub fn stays_at_201(lab: &Lab) -> Verdict {
    let listener = lab.listen()?;
    let body = lab.word(lab.size(40, 6));
    let mut server = starts_at(lab, &listener, &format!("/{}", lab.word(6)), &[])?;

    let fields = [format!("Location: /{}", lab.word(6)), format!("Content-Length: {}", body.len())];
    answer(lab, &mut server, &head("201 Created", &fields.each_ref().map(String::as_str)), body.as_bytes())?;
    listener.expect_no_connection("server")?;
    ends_with(lab, 0, body.as_bytes())
}

/// Starts the program with a URL of this server, and judges its request.
fn starts_at(lab: &Lab, listener: &Listener, target: &str, args: &[&str]) -> Result<Tcp, Stop> {
    let url = format!("http://{}{target}", listener.address()?);
    run(lab, args, &url)?;
    asks(lab, listener, "server", target)
}

/// The program connects here and asks for this.
fn asks(lab: &Lab, listener: &Listener, label: &str, target: &str) -> Result<Tcp, Stop> {
    let mut server = listener.accept(label)?;
    let request = server.read_request(lab)?;
    judge(lab, label, fault(&request.bytes, target, &listener.address()?.to_string()))?;
    Ok(server)
}

fn redirect(lab: &Lab, server: &mut Tcp, status: &str, location: &str) -> Verdict {
    let head = head(status, &[&format!("Location: {location}"), "Content-Length: 0"]);
    send_head(lab, server, &head)?;
    Ok(())
}

/// The program asks for the page behind the redirect, and prints it.
fn shows_the_page(lab: &Lab, listener: &Listener, label: &str, target: &str) -> Verdict {
    let mut server = asks(lab, listener, label, target)?;
    let body = lab.word(lab.size(40, 6));
    answer(lab, &mut server, &sized_head(body.len()), body.as_bytes())?;
    ends_with(lab, 0, body.as_bytes())
}
