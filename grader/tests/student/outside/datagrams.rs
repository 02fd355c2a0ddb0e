//! The UDP sender of lab 4.

use predicates::str::contains;

use super::{client, have, python_server, solution};

#[test]
fn each_line_is_a_datagram() {
    if !have(&["python3"]) {
        return;
    }
    let built = solution(4);
    let (receiver, port) = python_server(RECEIVER, &["4"]);
    let input: &[u8] = b"one\n\n\x00\xff\x0d\nthe last has no newline";
    client(&built, &[&format!("127.0.0.1:{port}")]).write_stdin(input).assert().success();
    let wanted = ["one", "", "\\x00\\xff\\r", "the last has no newline"].map(|text| format!("b'{text}'"));
    assert_eq!(receiver.finish().0, wanted);
}

#[test]
fn a_lost_acknowledgement_costs_one_more_send() {
    if !have(&["python3"]) {
        return;
    }
    let built = solution(4);
    let (receiver, port) = python_server(RELIABLE_RECEIVER, &["2"]);
    let args = ["--reliable", "--chunk", "4", "--timeout", "300", &format!("127.0.0.1:{port}")];
    client(&built, &args).write_stdin("hello, network").assert().success().stderr(contains("14 bytes in 4 chunks"));

    let mut said = receiver.finish().0;
    let lost = said.iter().filter(|line| *line == "D 2 b'etwo'").count();
    assert!(lost >= 2, "{said:?}");
    // A machine that is very busy may cause more repetitions; the frames and their order are the same.
    said.dedup();
    assert_eq!(said, ["D 0 b'hell'", "D 1 b'o, n'", "D 2 b'etwo'", "D 3 b'rk'", "F 4 b''"]);
}

#[test]
fn a_silent_receiver_is_given_up() {
    if !have(&["python3"]) {
        return;
    }
    let built = solution(4);
    let (_receiver, port) = python_server(RECEIVER, &["100"]);
    let args = ["--reliable", "--timeout", "50", "--retries", "2", &format!("127.0.0.1:{port}")];
    client(&built, &args).write_stdin("hello").assert().code(4).stderr(contains("lab4: cannot send to 127.0.0.1:"));
}

/// Prints so many datagrams: COUNT
const RECEIVER: &str = r#"
import socket, sys

receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("127.0.0.1", 0))
print(receiver.getsockname()[1])
for _ in range(int(sys.argv[1])):
    print(receiver.recv(65535))
"#;

/// Acknowledges every frame until the last, but "loses" the first acknowledgement of one: NUMBER
const RELIABLE_RECEIVER: &str = r#"
import socket, sys

lost = {int(sys.argv[1])}
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("127.0.0.1", 0))
print(receiver.getsockname()[1])
kind = b""
while kind != b"F":
    frame, sender = receiver.recvfrom(65535)
    kind, number = frame[:1], int.from_bytes(frame[1:5], "big")
    print(kind.decode(), number, frame[5:])
    if number in lost:
        lost.remove(number)
    else:
        receiver.sendto(b"A" + frame[1:5], sender)
"#;
