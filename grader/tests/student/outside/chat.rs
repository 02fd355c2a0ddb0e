//! The chat server of lab 5.

use super::{NUDGE, Telnet, have, python_client, server, solution};

#[test]
fn python_clients_chat() {
    if !have(&["python3"]) {
        return;
    }
    let built = solution(5);
    let (_server, address) = server(&built);
    let said = python_client(CHAT, address);
    let wanted = [
        "alice: HELLO alice",
        "bob: IN-USE",
        "bob: HELLO bob",
        "bob: WHO-OK alice,bob,echobot",
        "alice: SEND-OK",
        "bob: DELIVERY alice hi bob, WHO is there?",
        "alice: UNKNOWN",
        "alice: BAD-RQST-HDR",
        "alice: end",
        "bob: WHO-OK bob,echobot",
    ];
    assert_eq!(said, wanted);
}

#[test]
fn curl_chats() {
    if !have(&["curl"]) {
        return;
    }
    let built = solution(5);
    let (_server, address) = server(&built);
    let [curl, other] = [(); 2].map(|()| Telnet::connect(address, "BAD-RQST-HDR"));
    for (who, typed, wanted) in [
        (&other, "HELLO-FROM other", "HELLO other"),
        (&curl, "HELLO-FROM curl", "HELLO curl"),
        (&curl, "WHO", "WHO-OK curl,echobot,other"),
        (&curl, "SEND other what is new?", "SEND-OK"),
        (&curl, "SEND nobody hi", "UNKNOWN"),
    ] {
        who.type_line(typed);
        assert_eq!(who.line(), wanted);
    }
    other.type_line(NUDGE);
    assert_eq!(other.line(), "DELIVERY curl what is new?");

    curl.type_line("SEND echobot hi");
    let mut both = [curl.line(), curl.line()];
    both.sort();
    assert_eq!(both, ["DELIVERY echobot hi", "SEND-OK"]);
}

/// Alice and bob; every line that comes is printed with the name of the one who got it.
const CHAT: &str = r#"
import socket, sys

class Client:
    def __init__(self, name):
        self.name = name
        self.socket = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
        self.lines = self.socket.makefile("rb")

    def say(self, *pieces):
        for piece in pieces:
            self.socket.sendall(piece)
        self.hear()

    def hear(self):
        line = self.lines.readline()
        print(f"{self.name}: {line.decode().rstrip() if line else 'end'}")

alice, bob = Client("alice"), Client("bob")
alice.say(b"HELLO-FROM alice\n")
bob.say(b"HELLO-FROM alice\r\n")
bob.say(b"HELLO-", b"FROM bob\r", b"\n")
bob.say(b"WHO\n")
alice.say(b"SEND bob hi bob, WHO is there?\n")
bob.hear()
alice.say(b"SEND carol hi\n")
alice.say(b"LEAVE\n")
alice.socket.shutdown(socket.SHUT_WR)
alice.hear()
bob.say(b"WHO\n")
"#;
