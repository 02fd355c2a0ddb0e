//! What the pages say of errors is asked of the system: number, kind and text of each, and each of them made to happen.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use grader::workbook::explain::words::{self, Word};

fn errors() -> impl Iterator<Item = &'static Word> {
    words::all().iter().filter(|word| word.group == "Errors")
}

#[test]
fn number_kind_and_text_are_the_systems() {
    for word in errors() {
        let Some(number) = word.number else { continue };
        let error = io::Error::from_raw_os_error(number);
        let text = error.to_string();
        let text = text.split(" (os error").next().unwrap();
        assert!(word.also.iter().any(|also| also == text), "{}: {text}", word.name);
        let kind = format!("{:?}", error.kind());
        let named = word.also.contains(&kind);
        let nameless = word.rust.contains("kind without a name") || word.name == "ENFILE";
        assert!(named != (kind == "Uncategorized"), "{}: {kind}", word.name);
        assert!(nameless == (kind == "Uncategorized"), "{}: {kind}", word.name);
    }
}

#[test]
fn errors_of_std_have_the_text_that_is_told() {
    let full = [0u8; 2].as_slice().read_exact(&mut [0; 3]).unwrap_err();
    let short = (&mut [0u8; 2][..]).write_all(b"three").unwrap_err();
    let text = io::read_to_string(&[0xff][..]).unwrap_err();
    for (error, kind) in
        [(full, ErrorKind::UnexpectedEof), (short, ErrorKind::WriteZero), (text, ErrorKind::InvalidData)]
    {
        assert_eq!((error.kind(), error.raw_os_error()), (kind, None));
        let [word] = words::find(&format!("{kind:?}"))[..] else { panic!("no word for {kind:?}") };
        assert!(word.also.contains(&error.to_string()), "{error}");
    }
}

/// The error is the one of this name: by its number, and by its kind.
fn is(error: io::Error, name: &str) {
    let found = words::find(&format!("os error {}", error.raw_os_error().expect("a number")));
    assert_eq!(found.iter().map(|word| word.name.as_str()).collect::<Vec<_>>(), [name], "{error}");
}

/// Both ends of a connection: the one that connected first.
fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (near, listener.accept().unwrap().0)
}

#[test]
fn a_second_write_to_who_has_closed_is_epipe() {
    let (mut near, far) = pair();
    drop(far);
    assert_eq!(near.read(&mut [0; 8]).unwrap(), 0);
    assert_eq!(near.write(b"12345").unwrap(), 5);
    // The RST takes a moment: the read that sees it waits for nothing else.
    loop {
        match near.write_all(b"x") {
            Ok(()) => std::thread::yield_now(),
            Err(error) => return is(error, "EPIPE"),
        }
    }
}

#[test]
fn unread_bytes_at_the_close_are_econnreset_then_the_end_then_epipe() {
    let (mut near, mut far) = pair();
    near.write_all(b"not read").unwrap();
    assert_eq!(far.peek(&mut [0; 8]).unwrap(), 8);
    far.write_all(b"answer").unwrap();
    drop(far);
    let mut answer = [0; 6];
    near.read_exact(&mut answer).unwrap();
    is(near.read(&mut [0; 8]).unwrap_err(), "ECONNRESET");
    assert_eq!(near.read(&mut [0; 8]).unwrap(), 0);
    is(near.write(b"x").unwrap_err(), "EPIPE");
}

#[test]
fn a_half_that_is_shut_down_cannot_be_written() {
    let (mut near, mut far) = pair();
    near.shutdown(Shutdown::Write).unwrap();
    is(near.write(b"x").unwrap_err(), "EPIPE");
    assert_eq!(far.read(&mut [0; 8]).unwrap(), 0);
    far.write_all(b"more").unwrap();
    drop(far);
    let mut rest = Vec::new();
    near.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"more");
}

#[test]
fn a_dead_port_refuses_at_once_or_later() {
    // A socket that is bound and does not listen keeps the port from everybody else.
    let held = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    held.bind(&"127.0.0.1:0".parse::<std::net::SocketAddr>().unwrap().into()).unwrap();
    let address = held.local_addr().unwrap().as_socket().unwrap();
    is(TcpStream::connect(address).unwrap_err(), "ECONNREFUSED");

    let (elsewhere, sender) = (UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
    elsewhere.connect("127.0.0.1:9").unwrap();
    sender.connect(elsewhere.local_addr().unwrap()).unwrap();
    sender.send(b"hi").unwrap();
    is(sender.recv(&mut [0; 8]).unwrap_err(), "ECONNREFUSED");
}

#[test]
fn what_cannot_be_bound_says_why() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    is(TcpListener::bind(("127.0.0.1", port)).unwrap_err(), "EADDRINUSE");
    is(TcpListener::bind(("0.0.0.0", port)).unwrap_err(), "EADDRINUSE");
    is(TcpListener::bind("192.0.2.1:0").unwrap_err(), "EADDRNOTAVAIL");
}

#[test]
fn a_timeout_is_eagain_and_must_not_be_zero() {
    let (mut near, _far) = pair();
    near.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
    is(near.read(&mut [0; 8]).unwrap_err(), "EAGAIN");
    let error = near.set_read_timeout(Some(Duration::ZERO)).unwrap_err();
    assert_eq!((error.kind(), error.raw_os_error()), (ErrorKind::InvalidInput, None));
}

#[test]
fn who_has_gone_has_no_address() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    socket2::SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
    drop(client);
    let (mut stream, _) = listener.accept().unwrap();
    is(stream.peer_addr().unwrap_err(), "ENOTCONN");
    is(stream.read(&mut [0; 8]).unwrap_err(), "ECONNRESET");
}

#[test]
fn datagrams_have_a_size_a_family_and_a_destination() {
    let (sender, receiver) = (UdpSocket::bind("0.0.0.0:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
    is(sender.send(b"to whom?").unwrap_err(), "EDESTADDRREQ");
    is(sender.connect("[::1]:9").unwrap_err(), "EAFNOSUPPORT");
    sender.connect(receiver.local_addr().unwrap()).unwrap();
    is(sender.send(&[0; 65508]).unwrap_err(), "EMSGSIZE");
    assert_eq!(sender.send(&[0; 65507]).unwrap(), 65507);
    assert_eq!(receiver.recv(&mut [0; 10]).unwrap(), 10);
    sender.send(b"").unwrap();
    assert_eq!(receiver.recv(&mut [0; 10]).unwrap(), 0);
}

#[test]
fn a_name_that_cannot_be_has_neither_number_nor_kind() {
    let error = std::net::ToSocketAddrs::to_socket_addrs(&("a..b", 1)).unwrap_err();
    assert_eq!((error.raw_os_error(), format!("{:?}", error.kind())), (None, "Uncategorized".to_string()));
    assert!(error.to_string().starts_with("failed to lookup address information"), "{error}");
    let service = std::net::ToSocketAddrs::to_socket_addrs("localhost:http").unwrap_err();
    assert_eq!(service.kind(), ErrorKind::InvalidInput);
}
