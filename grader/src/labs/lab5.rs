//! The checks of lab 5, the chat server with threads: the table here, the functions in three files beside it.

mod chat;
mod lines;
mod room;
mod threads;

use super::LabInfo;
use crate::check::{Check, Kind, Tier, case, only};
use lines::*;
use room::*;
use threads::*;

pub static LAB: LabInfo = LabInfo {
    number: 5,
    title: "Threaded chat server",
    client: false,
    stubs: &["next_line", "parse_command", "serve", "join", "names", "deliver"],
    checks: CHECKS,
};

const WAITS_FOR_OTHERS: &str = "whoever accepts is busy with one client, and all others wait. Each connection needs a \
                                thread of its own, and nobody may wait for that thread.";
const ONE_SHORT_LOCK: &str = "somebody holds the lock on the room and waits for bob's connection. While bob does not read, \
                              nobody else gets the lock. Only put lines into queues while you hold it.";
const POISONED: &str = "a thread that panics while it holds a lock poisons it. `lock().unwrap()` spreads that panic to every \
                        thread that takes the lock later; `into_inner` of the error takes it all the same.";
const NOT_REMOVED: &str = "the name is not removed from the map on this way out of the conversation.";
const NO_DESCRIPTORS: &str = "a copy of each finished connection is kept: after some clients there is no descriptor left \
                              for the next.";
const AGAIN: &str = "bytes behind the first newline of a read are lost or wait. They are the next lines: keep them, and \
                     look there before you read.";

static CHECKS: &[Check] = &[
    Check {
        id: "5.01",
        name: "greets_a_client",
        title: "A right server answers a login with one line, and nothing more.",
        catches: "A newline too many or too few in the line that next_line gives: a terminal shows an empty line at most.",
        reference: "labs/lab5/README.md, the table of lines",
        usually: &[
            (Kind::EarlyEnd, "the connection is accepted, and closed before the conversation is over."),
            (Kind::Reset, "the connection is accepted, and closed before the conversation is over."),
            (Kind::NoAnswer, "nobody runs `converse` for this connection, or next_line waits for more than one line."),
            (Kind::ExtraBytes, "next_line gives the newline too, or gives the same line again."),
            (Kind::WrongReply, "next_line gives too many or too few bytes of the line."),
        ],
        cases: &[only(4, "serve", greets)],
        ..Check::ROW
    },
    Check {
        id: "5.02",
        name: "serves_clients_at_once",
        title: "A right server serves all its clients at once, in any order.",
        catches: "A serial server, `spawn(..).join()`, a lock held for a whole conversation: one client by hand shows none.",
        reference: "std::thread::Builder::spawn; accept(2)",
        usually: &[(Kind::NoAnswer, WAITS_FOR_OTHERS), (Kind::Refused, "the server ends after its first client.")],
        cases: &[only(8, "serve", serves_the_last_first)],
        ..Check::ROW
    },
    Check {
        id: "5.03",
        name: "serves_beside_a_silent_client",
        title: "A right server waits for no silent client, and does not drop it.",
        catches: "A first read before the thread is started, or a read timeout taken for the end. Who tests by hand types.",
        reference: "accept(2); socket(7), SO_RCVTIMEO",
        usually: &[
            (Kind::NoAnswer, "the server reads from a new client before it accepts the next one."),
            (Kind::EarlyEnd, "a client that says nothing for a while is taken for one that has left."),
        ],
        cases: &[only(5, "serve", serves_beside_a_silent_client)],
        ..Check::ROW
    },
    Check {
        id: "5.04",
        name: "serves_beside_fifty_silent_clients",
        title: "A right server serves a client while 50 others say nothing.",
        catches: "A pool of a few threads, each taken by a client that says nothing. Nobody opens 50 terminals.",
        reference: "std::thread::Builder::spawn",
        usually: &[(Kind::NoAnswer, "all threads of a small pool wait for clients that say nothing.")],
        cases: &[only(4, "serve", serves_beside_fifty)],
        ..Check::ROW
    },
    Check {
        id: "5.05",
        name: "takes_lines_byte_by_byte",
        title: "A right server puts a line together from as many reads as it takes.",
        catches: "\"A read is a line\": on loopback, a line that is typed and sent at once does arrive in one read.",
        reference: "recv(2); std::io::Read::read",
        usually: &[
            (
                Kind::WrongReply,
                "one read is taken for one line. A line ends at its newline, however many reads that takes.",
            ),
            (Kind::NoAnswer, "a read without a newline in it is thrown away, not kept for the line that it begins."),
            (Kind::EarlyEnd, "a read without a newline in it is taken for an error or for the end."),
            (Kind::Reset, "a read without a newline in it is taken for an error or for the end."),
        ],
        cases: &[only(5, "next_line", takes_lines_byte_by_byte)],
        ..Check::ROW
    },
    Check {
        id: "5.06",
        name: "chats_in_four_slices",
        title: "A right server does not care where the client's writes end.",
        catches: "Lines that are cut where reads end: seed 004's figure. Typed lines always come one to a read.",
        reference: "recv(2); std::io::BufRead::read_until",
        usually: &[
            (Kind::NoAnswer, AGAIN),
            (Kind::ShortAnswer, AGAIN),
            (
                Kind::WrongReply,
                "a part of a line was lost at the edge of a read, or what goes out is not just one line.",
            ),
            (
                Kind::EarlyEnd,
                "the conversation failed: nobody takes lines out of the member's queue, or a line was an error.",
            ),
        ],
        cases: &[only(6, "deliver", chats_in_four_slices)],
        ..Check::ROW
    },
    Check {
        id: "5.07",
        name: "takes_three_lines_at_once",
        title: "A right server answers every line, also when three come in one segment.",
        catches: "A BufReader for each line, or a read before a look at what is there: nobody types three lines at once.",
        reference: "std::io::BufReader, \"can cause data loss\"",
        usually: &[(Kind::NoAnswer, AGAIN), (Kind::WrongReply, AGAIN), (Kind::ExtraBytes, AGAIN)],
        cases: &[only(5, "next_line", takes_three_lines_at_once)],
        ..Check::ROW
    },
    Check {
        id: "5.08",
        name: "lists_who_is_here",
        title: "A right server lists exactly the members who are in the room now.",
        catches: "A second list of names beside the map, which somebody forgets to keep up to date.",
        reference: "labs/lab5/README.md, the line WHO",
        usually: &[(
            Kind::WrongReply,
            "the list is not made from the map at the moment of the question, or a member who left stays in the map.",
        )],
        cases: &[
            case("a", 2, "names", "others join", lists_who_joins),
            case("b", 2, "names", "others leave", forgets_who_leaves),
        ],
        ..Check::ROW
    },
    Check {
        id: "5.09",
        name: "delivers_messages_verbatim",
        title: "A right server delivers a message byte for byte, to one member only.",
        catches: "`contains(\"WHO\")`, words split and joined again, `from_utf8` on a part of a character: `hi` shows nothing.",
        reference: "std::str::from_utf8; RFC 3629 section 3",
        usually: &[
            (
                Kind::WrongReply,
                "the message is searched for commands, taken apart or made text, or goes to others too. It is bytes, for one member.",
            ),
            (Kind::WrongBytes, "the message was made text on the way. It is bytes, and leaves as it came."),
            (Kind::ExtraBytes, "the line goes to more members than the one it is for."),
            (Kind::Panicked, "the bytes of a message need not be UTF-8; an `unwrap` of from_utf8 ends the connection."),
        ],
        cases: &[only(5, "deliver", delivers_messages_verbatim)],
        ..Check::ROW
    },
    Check {
        id: "5.10",
        name: "refuses_bad_requests",
        title: "A right server answers each bad line as the table says, and goes on.",
        catches: "`parts[2]` without a look at how many parts there are: by hand, one types right lines.",
        reference: "labs/lab5/README.md, the table of lines",
        usually: &[
            (Kind::Panicked, "a part of the line is taken for granted that this line does not have."),
            (
                Kind::WrongReply,
                "the first word decides, as it stands: BAD-RQST-HDR if it is unknown, else BAD-RQST-BODY. Names match exactly too.",
            ),
            (Kind::EarlyEnd, "a bad line ends the connection. It is answered, and the next one is read."),
        ],
        cases: &[
            case("a", 1, "parse_command", "HELLO-FROM without a name", wants_a_name),
            case("b", 1, "parse_command", "names with a space, a comma, a byte 0xff", refuses_bad_names),
            case("c", 1, "parse_command", "SEND without a name or a message", wants_a_message),
            case("d", 1, "parse_command", "other first words", refuses_other_words),
            case("e", 1, "parse_command", "an empty first word", refuses_the_empty_line),
            case("f", 1, "deliver", "a client without a name, then a name that nobody has", knows_who_is_who),
        ],
        ..Check::ROW
    },
    Check {
        id: "5.11",
        name: "gives_a_name_once",
        tier: Tier::Robust,
        title: "A right server gives a name to one of all who ask for it at once.",
        catches: "The map is asked under one lock and filled under a second one. By hand nobody is quick enough between them.",
        reference: "std::sync::Mutex; \"check then act\"",
        rounds: 3,
        usually: &[(
            Kind::WrongReply,
            "to ask whether the name is free and to take it are two steps. Another thread comes in between, unless both stand \
             under one lock. A login that is refused changes nothing.",
        )],
        cases: &[
            case("a", 5, "join", "8 clients log in at once", gives_a_name_once),
            case("b", 1, "deliver", "after IN-USE, the name's owner gets its lines", leaves_a_name_with_its_owner),
        ],
        ..Check::ROW
    },
    Check {
        id: "5.12",
        name: "frees_the_name_of_who_left",
        tier: Tier::Robust,
        title: "A right server ends its side and frees the name, however a client goes.",
        catches: "A clean-up that stands only at one way out, or a queue that never ends. Ctrl-C in nc is just one way to go.",
        reference: "std::ops::Drop; recv(2), ECONNRESET",
        rounds: 3,
        usually: &[
            (Kind::WrongReply, NOT_REMOVED),
            (
                Kind::NoEnd,
                "a sender of the member's queue is still somewhere: the writer thread waits for more lines, and does not end \
                 the stream.",
            ),
        ],
        cases: &[
            case("a", 3, "join", "it ends its stream", frees_a_name_after_the_end),
            case("b", 2, "join", "it resets the connection", frees_a_name_after_a_reset),
        ],
        ..Check::ROW
    },
    Check {
        id: "5.13",
        name: "counts_its_members",
        tier: Tier::Robust,
        title: "A right server takes as many members as it may, and one more when one left.",
        catches: "A count that is never raised or never lowered: with two terminals no room of 64 is ever full.",
        reference: "labs/lab5/README.md, --max-clients",
        usually: &[(
            Kind::WrongReply,
            "the number of members is not the size of the map: a count beside it is not kept, or includes the echobot.",
        )],
        cases: &[only(4, "join", counts_its_members)],
        ..Check::ROW
    },
    Check {
        id: "5.14",
        name: "ends_an_endless_line",
        tier: Tier::Robust,
        title: "A right server gives up a line that is too long, and ends cleanly.",
        catches: "`read_line` without a limit: one client without a newline takes all memory. Nobody types a mebibyte.",
        reference: "RFC 1122 section 4.2.2.13; std::io::Read::take",
        usually: &[
            (Kind::NoAnswer, "next_line waits for the newline of a line that is too long already. It may never come."),
            (Kind::WrongReply, "the limit is for the bytes of one line, without its newline; so many are still right."),
            (Kind::EarlyEnd, "the limit is for one line. What has come behind its newline belongs to others."),
        ],
        cases: &[
            case("a", 3, "serve", "1 MiB without a newline", ends_an_endless_line),
            case("b", 2, "next_line", "lines of just --max-line bytes, then one more", knows_how_long_a_line_may_be),
        ],
        ..Check::ROW
    },
    Check {
        id: "5.15",
        name: "survives_a_slow_reader",
        tier: Tier::Expert,
        title: "A right server answers carol while bob, who does not read, is flooded.",
        catches: "The lock is held while a line is written to a client. Until somebody stops reading, that takes no time.",
        reference: "send(2); std::sync::mpsc::SyncSender::try_send",
        needs: &["5.09"],
        rounds: 3,
        usually: &[
            (Kind::NoAnswer, ONE_SHORT_LOCK),
            (
                Kind::Unbounded,
                "bob's queue has no limit, or what does not fit is thrown away while the sender is told SEND-OK.",
            ),
            (Kind::WrongReply, "bob's queue is full, but his connection is not shut down in both directions."),
        ],
        cases: &[only(8, "deliver", survives_a_slow_reader)],
    },
    Check {
        id: "5.16",
        name: "survives_a_panic_under_the_lock",
        tier: Tier::Expert,
        title: "A right server loses one connection to a panic, and no other.",
        catches: "`lock().unwrap()`: one panic poisons the lock, and everybody who takes it panics too.",
        reference: "std::sync::Mutex, \"Poisoning\"; PoisonError::into_inner",
        usually: &[
            (Kind::Panicked, POISONED),
            (
                Kind::Killed,
                "a second panic during a panic aborts the process: an `unwrap` of a poisoned lock in `drop`.",
            ),
            (Kind::ExtraBytes, "`audit` was not called for this line, so its sender got an answer."),
        ],
        cases: &[only(6, "deliver", survives_a_panic_under_the_lock)],
        ..Check::ROW
    },
    Check {
        id: "5.17",
        name: "keeps_lines_whole",
        tier: Tier::Robust,
        title: "A right server mixes the lines of two senders, and never within a line.",
        catches: "A line that is sent in two pieces: with one sender at a time, nothing comes in between.",
        reference: "std::sync::mpsc::sync_channel",
        needs: &["5.09"],
        rounds: 3,
        usually: &[
            (
                Kind::WrongBytes,
                "a line goes out in pieces, and another thread's piece comes in between. One line, one piece.",
            ),
            (Kind::LostBytes, "a line was dropped although there was room in the queue, or two lines changed places."),
            (Kind::WrongReply, "the queue is smaller than --queue says, and bob is shut down too early."),
        ],
        cases: &[only(4, "deliver", keeps_lines_whole)],
    },
    Check {
        id: "5.18",
        name: "survives_without_descriptors",
        tier: Tier::Expert,
        title: "A right server waits while it has no descriptor left, and goes on after.",
        catches: "An error of accept that ends the server, or is tried again without a pause. 1024 clients are rare by hand.",
        reference: "accept(2), EMFILE; getrlimit(2), RLIMIT_NOFILE",
        usually: &[
            (Kind::NoAnswer, "descriptors are free again, and accept is not called again, or not soon."),
            (Kind::Exited, "accept failed because all descriptors were in use, and that error ended the accept loop."),
            (Kind::Panicked, "accept failed because all descriptors were in use, and that error was unwrapped."),
            (
                Kind::Spins,
                "accept fails again and again while no descriptor is free: the client still waits in the backlog. A pause \
                 costs nothing.",
            ),
        ],
        cases: &[only(4, "serve", survives_without_descriptors)],
        ..Check::ROW
    },
    Check {
        id: "5.19",
        name: "keeps_nothing_of_who_left",
        tier: Tier::Expert,
        title: "A right server keeps nothing of clients that left, and needs nothing of them.",
        catches: "A `try_clone` that is kept; `peer_addr().unwrap()` on a client that is gone. A few clients show neither.",
        reference: "getrlimit(2), RLIMIT_NOFILE; getpeername(2), ENOTCONN",
        usually: &[
            (Kind::NoAnswer, NO_DESCRIPTORS),
            (
                Kind::Exited,
                "a client that is gone is asked for its address, or copies of finished connections use up all descriptors.",
            ),
            (
                Kind::Panicked,
                "accept succeeded, but the client had reset the connection before: it has no peer address any more.",
            ),
        ],
        cases: &[
            case("a", 2, "serve", "300 clients one after another, at most 64 descriptors", forgets_300_clients),
            case("b", 1, "serve", "100 clients reset before they are accepted", survives_clients_that_are_gone),
        ],
        ..Check::ROW
    },
    Check {
        id: "5.20",
        name: "ends_lines_and_streams",
        title: "A right server knows how lines end, and answers all before the stream ends.",
        catches: "A compare with \"WHO\\n\"; a copy of the socket that keeps it open; replies that are dropped with a member.",
        reference: "telnet: RFC 854, \"CR LF\"; shutdown(2)",
        usually: &[
            (
                Kind::WrongReply,
                "one \\r before the newline belongs to the line's end; all other bytes belong to the line.",
            ),
            (Kind::NoEnd, "a copy of the connection is kept: closing the others says nothing to the client."),
            (Kind::ExtraBytes, "what stands behind the last newline at the end of the stream is no line."),
            (Kind::EarlyEnd, "the connection is shut down while replies still wait in the member's queue."),
            (
                Kind::Reset,
                "the connection is closed before everything that came is read, or everything that waits is sent.",
            ),
        ],
        cases: &[
            case("a", 1, "next_line", "lines end with \\r\\n", takes_lines_of_telnet),
            case("b", 1, "serve", "three lines and a half, then the end", answers_all_before_the_end),
            case("c", 1, "deliver", "more replies than the kernel's buffers hold", sends_all_before_the_end),
        ],
        ..Check::ROW
    },
];
