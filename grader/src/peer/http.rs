//! What an HTTP client sent, taken apart just far enough to be judged (RFC 9112).

use super::{Tcp, show_bytes};
use crate::check::{Kind, Stop};
use crate::lab::{Fail, Lab};
use crate::texts::say;

/// A request as it came, with its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub bytes: Vec<u8>,
    /// Without their line ends; the blank line is left out.
    pub lines: Vec<String>,
}

impl Request {
    /// Reads one from bytes; `None` as long as there is no blank line.
    pub fn parse(bytes: &[u8]) -> Option<Request> {
        let blank = |end: &[u8]| bytes.windows(end.len()).position(|window| window == end).map(|at| at + end.len());
        blank(b"\r\n\r\n").or_else(|| blank(b"\n\n"))?;
        let text = String::from_utf8_lossy(bytes);
        let lines = text.lines().take_while(|line| !line.is_empty()).map(str::to_string).collect();
        Some(Request { bytes: bytes.to_vec(), lines })
    }

    /// The request line's target.
    pub fn target(&self) -> &str {
        self.lines.first().and_then(|line| line.split(' ').nth(1)).unwrap_or("")
    }

    /// The values of a field, in any case of its name.
    pub fn values(&self, name: &str) -> Vec<&str> {
        let fields = self.lines.iter().skip(1).filter_map(|line| line.split_once(':'));
        fields.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).collect()
    }
}

impl Tcp {
    /// Waits for a request with its blank line.
    pub fn read_request(&mut self, lab: &Lab) -> Result<Request, Stop> {
        let mut bytes = Vec::new();
        let mut buf = [0; 2048];
        loop {
            if let Some(request) = Request::parse(&bytes) {
                return Ok(request);
            }
            match self.receive(&mut buf)? {
                Ok(super::tcp::Got::Bytes(count)) if bytes.len() < 64 * 1024 => bytes.extend(&buf[..count]),
                Ok(_) => {
                    let fail = Fail::new(Kind::WrongRequest).lane(self.label());
                    return Err(lab.fail(
                        fail.want(say!("seen/common/a_request_that_ends_in_a"))
                            .got(show_bytes(&bytes[..bytes.len().min(60)])),
                    ));
                }
                Err(stuck) => {
                    let kind = if bytes.is_empty() { Kind::NoAnswer } else { Kind::WrongRequest };
                    let fail = Fail::new(kind).lane(self.label()).want(say!("seen/common/a_request_that_ends_in_a"));
                    return Err(lab.fail(fail.got(show_bytes(&bytes[..bytes.len().min(60)])).stuck(stuck)));
                }
            }
        }
    }
}
