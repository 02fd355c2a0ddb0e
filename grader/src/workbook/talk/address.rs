//! Addresses of loopback, and no others: nothing that these tools do leaves the machine.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::texts::say;

/// `127.0.0.1:7007`, `[::1]:7007`, `localhost:7007`, `:7007` or `7007`.
pub fn parse(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix("localhost:").or(text.strip_prefix(':')).unwrap_or(text);
    let found = match port.parse::<u16>() {
        Ok(port) => SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        Err(_) => text.parse().map_err(|_| say!("cargo-lab/talk/is_no_address_try_127_0", text))?,
    };
    if is_loopback(found.ip()) {
        return Ok(found);
    }
    Err(say!("cargo-lab/talk/is_not_on_loopback_and_nothing", text, port = found.port()))
}

fn is_loopback(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_an_address() {
        for text in ["7007", ":7007", "localhost:7007", "127.0.0.1:7007"] {
            assert_eq!(parse(text).unwrap().to_string(), "127.0.0.1:7007");
        }
        assert_eq!(parse("[::1]:0").unwrap().to_string(), "[::1]:0");
        assert_eq!(parse("127.3.2.1:80").unwrap().to_string(), "127.3.2.1:80");
        for text in ["0.0.0.0:7007", "[::]:7007", "192.0.2.1:80", "[::ffff:192.0.2.1]:80"] {
            assert!(parse(text).unwrap_err().contains("not on loopback"), "{text}");
        }
        for text in ["", "http://127.0.0.1:80/", "70000", "example.com:80"] {
            assert!(parse(text).unwrap_err().contains("is no address"), "{text}");
        }
    }
}
