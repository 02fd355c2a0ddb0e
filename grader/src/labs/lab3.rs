//! The checks of lab 3, the HTTP/1.1 client (RFC 9112): the table. The functions stand in `lab3/`, by what they are about.

mod body;
mod chunked;
mod head;
mod redirect;
mod request;
mod server;

use super::LabInfo;
use crate::check::{Check, Kind, Tier, case, only};

pub static LAB: LabInfo = LabInfo {
    number: 3,
    title: "HTTP GET client",
    client: true,
    stubs: &[
        "parse_url",
        "build_request",
        "read_head",
        "framing",
        "read_sized",
        "read_until_close",
        "read_chunked",
        "redirect_target",
    ],
    checks: CHECKS,
};

static CHECKS: &[Check] = &[
    Check {
        id: "3.01",
        name: "ends_its_request",
        title: "A right client ends each line with CR LF, the request with an empty line.",
        catches: "`\\n` for `\\r\\n`, or no empty line. Many servers forgive the first; with the second both sides wait for ever.",
        reference: "RFC 9112 sections 2.2 and 3",
        usually: &[(
            Kind::WrongRequest,
            "a line end is not the two bytes \\r\\n, or the empty line is not the last. A line end of HTTP is the same on \
             every system, and the empty line tells the server that the request is complete.",
        )],
        cases: &[only(6, "build_request", request::ends_its_request)],
        ..Check::ROW
    },
    Check {
        id: "3.02",
        name: "names_host_and_port",
        title: "A right client asks for the URL's target, and names host and port in Host.",
        catches: "No Host, Host without the port, or a target that is always `/`. A server with one site answers all the same.",
        reference: "RFC 9110 section 7.2; RFC 9112 section 3.2",
        usually: &[(
            Kind::WrongRequest,
            "a part of the URL did not get into the request. The port belongs into Host unless it is 80: another port is \
             another site.",
        )],
        cases: &[only(5, "build_request", request::names_host_and_port)],
        ..Check::ROW
    },
    Check {
        id: "3.03",
        name: "takes_the_url_apart",
        title: "A right client finds host, port and target in every URL, or says why not.",
        catches: "A split at the first `/` or `:`. The URLs that one types by hand have a path, a port and no brackets.",
        reference: "RFC 3986 section 3; RFC 9112 section 3.2.1",
        usually: &[
            (
                Kind::WrongBytes,
                "a part is cut off at the wrong character. The host ends at the first of : / ? #, an empty path is sent as \
                 `/`, and the fragment behind # stays with the client.",
            ),
            (
                Kind::WrongRequest,
                "an IPv6 address is full of colons. Its brackets end the host; they do not belong to it, but they are \
                 written again in Host.",
            ),
            (
                Kind::WrongExit,
                "a URL that can be used was refused, or one that cannot was taken. The port and the path may be missing, and \
                 a scheme is the same in capitals.",
            ),
        ],
        cases: &[
            case("a", 1, "parse_url", "a query and a fragment, no path", request::drops_the_fragment),
            case("b", 1, "parse_url", "HTTP:// in capitals, no port and no path", request::fills_in_what_is_missing),
            case("c", 1, "build_request", "the host is [::1]", request::keeps_brackets_in_host),
            case("d", 1, "parse_url", "URLs that it cannot use", request::refuses_other_urls),
        ],
        ..Check::ROW
    },
    Check {
        id: "3.04",
        name: "stops_after_content_length",
        title: "A right client stops after Content-Length bytes, whoever stays connected.",
        catches: "Reading to the end of the stream: it hangs when a server or a proxy keeps the connection open.",
        reference: "RFC 9112 section 6.3",
        usually: &[
            (
                Kind::NoExit,
                "the body is complete, and the program reads on to the end of the stream. The server may keep the connection \
                 open: Content-Length says where the body ends.",
            ),
            (
                Kind::WrongExit,
                "the length was not found in the head. The names of `fields` are in lower case, the values have no white \
                 space around them, and a line end (\\r\\n) is no part of its line.",
            ),
            (
                Kind::NoAnswer,
                "the body is collected until the stream ends, and the server does not end it. Content-Length says where the \
                 body ends.",
            ),
        ],
        cases: &[only(7, "read_sized", body::stops_after_content_length)],
        ..Check::ROW
    },
    Check {
        id: "3.05",
        name: "reads_until_the_server_closes",
        title: "A right client reads to the end of the stream where no length is given.",
        catches: "Insisting on Content-Length, or taking the first short read for the end. Most servers do give a length.",
        reference: "RFC 9112 section 6.3, rule 8",
        usually: &[
            (
                Kind::WrongExit,
                "a response without a length is refused, or its end is taken for a fault. Here the close is the end of the body.",
            ),
            (
                Kind::NoAnswer,
                "a response without a length was taken for one without a body. Where nothing else is said, the body ends when \
                 the server closes.",
            ),
            (
                Kind::ShortAnswer,
                "a read that did not fill the buffer was taken for the end. Only a read of 0 bytes is the end.",
            ),
            (Kind::NoExit, "a read of 0 bytes is the end of the stream, and it is 0 for ever after. It ends the loop."),
        ],
        cases: &[
            case("a", 3, "read_until_close", "a small page, then the server closes", body::takes_a_page_without_length),
            case(
                "b",
                2,
                "read_until_close",
                "50 kB in pieces, then the server closes",
                body::reads_all_until_the_close,
            ),
        ],
        ..Check::ROW
    },
    Check {
        id: "3.06",
        name: "reads_the_whole_body",
        title: "A right client reads on until it has as many bytes as the head promised.",
        catches: "A short read taken for the end of the response. On loopback with small pages every read is complete.",
        reference: "recv(2); RFC 9112 section 6.3",
        usually: &[
            (
                Kind::ShortAnswer,
                "a read that did not fill the buffer was taken for the end of the response. The rest was on its way. Over a \
                 real network that happens all the time; on loopback with small pages, never.",
            ),
            (
                Kind::WrongExit,
                "a read gives what has arrived by then, not all that will come. Only the count of Content-Length says when \
                 the body is complete.",
            ),
        ],
        cases: &[only(7, "read_sized", body::reads_the_whole_body)],
        ..Check::ROW
    },
    Check {
        id: "3.07",
        name: "waits_for_no_more_than_promised",
        title: "A right client is done when it has all bytes, also with a full buffer.",
        catches: "\"A full buffer means that more comes\": the read after the last byte waits for ever. It takes just this size.",
        reference: "std::io::Read::read; RFC 9112 section 6.3",
        usually: &[
            (
                Kind::NoExit,
                "a read that fills the buffer is taken for \"more will come\". All promised bytes are there, and the next read \
                 waits for bytes that nobody sends.",
            ),
            (
                Kind::NoAnswer,
                "bytes that came together with the head were lost, or the body is written only at the end of the stream. What \
                 a second BufReader has read ahead is gone when it goes.",
            ),
        ],
        cases: &[only(6, "read_sized", body::waits_for_no_more_than_promised)],
        ..Check::ROW
    },
    Check {
        id: "3.08",
        name: "finds_the_end_of_the_head",
        tier: Tier::Robust,
        title: "A right client finds the empty line, however the network cuts the bytes.",
        catches: "The empty line looked for in one read, or body bytes lost in a BufReader. Loopback hardly ever cuts a head.",
        reference: "RFC 9112 section 2.1; std::io::BufReader",
        usually: &[
            (
                Kind::WrongExit,
                "one read is taken for the whole head. It may hold a part of it, or more than it: look for the empty line in \
                 all that has come so far.",
            ),
            (
                Kind::NoAnswer,
                "what came behind the head was lost. A second BufReader reads ahead, and what it has read is gone when it \
                 goes. Read everything through the reader that you were given.",
            ),
        ],
        cases: &[
            case("a", 3, "read_head", "the head comes byte by byte", head::reads_a_dribbled_head),
            case("b", 3, "read_sized", "head and body come in one segment", head::keeps_what_follows_the_head),
        ],
        ..Check::ROW
    },
    Check {
        id: "3.09",
        name: "reads_field_names_in_any_case",
        tier: Tier::Robust,
        title: "A right client knows a field in any case, and any white space around it.",
        catches: "`strip_prefix(\"Content-Length: \")`. Most servers write it just so; the others are rare enough to surprise.",
        reference: "RFC 9110 section 5.1; RFC 9112 section 5",
        usually: &[(
            Kind::WrongExit,
            "the field was not recognized. Its name is the same in upper and lower case, and around its value may stand any \
             spaces and tabs, or none.",
        )],
        cases: &[only(5, "read_sized", head::reads_field_names_in_any_case)],
        ..Check::ROW
    },
    Check {
        id: "3.10",
        name: "copies_any_bytes",
        title: "A right client prints the bytes of the body, whatever they mean.",
        catches: "A body made a String, or cut at its own empty lines. Pages that one looks at by hand are text.",
        reference: "RFC 9110 section 6.4; std::str::from_utf8",
        usually: &[
            (Kind::WrongBytes, "the bytes were made a String on the way. What is not UTF-8 does not survive that."),
            (
                Kind::WrongExit,
                "bytes that are not UTF-8 are treated as an error. A body is bytes: a picture, for example.",
            ),
            (
                Kind::ShortAnswer,
                "an empty line, or a byte 0, inside the body was taken for its end. Only the length says where it ends.",
            ),
        ],
        cases: &[only(4, "read_sized", body::copies_any_bytes)],
        ..Check::ROW
    },
    Check {
        id: "3.11",
        name: "notices_a_cut_off_body",
        title: "A right client says how much is missing when the stream ends too early.",
        catches: "Half a file taken for a whole one. It needs a server that dies in the middle, which hardly happens by hand.",
        reference: "RFC 9112 section 8",
        usually: &[
            (
                Kind::WrongExit,
                "the end of the stream is taken for the end of the body, though the head promised more. Nobody notices half a \
                 file that looks like a whole one.",
            ),
            (Kind::SilentError, "the error does not say how many bytes came, and how many were promised."),
        ],
        cases: &[only(5, "read_sized", body::notices_a_cut_off_body)],
        ..Check::ROW
    },
    Check {
        id: "3.12",
        name: "prints_no_more_than_promised",
        title: "A right client prints Content-Length bytes, and none that follow them.",
        catches: "Printing all that a read gave. What follows the body belongs to another response, and rarely comes by hand.",
        reference: "RFC 9112 section 6.3",
        usually: &[(
            Kind::ExtraBytes,
            "all that a read gave is printed, also what lies behind the body. Ask for no more than what is still missing.",
        )],
        cases: &[only(3, "read_sized", body::prints_no_more_than_promised)],
        ..Check::ROW
    },
    Check {
        id: "3.13",
        name: "decodes_chunks",
        tier: Tier::Robust,
        title: "A right client prints what is in the chunks, and ends with the last one.",
        catches: "Chunk sizes printed with the page, or read as decimal numbers: 10 is sixteen. Small servers send no chunks.",
        reference: "RFC 9112 section 7.1",
        usually: &[
            (
                Kind::WrongBytes,
                "sizes and line ends around the chunks are printed too, or a size was misread. A size is hexadecimal: 10 is \
                 sixteen.",
            ),
            (
                Kind::WrongExit,
                "a size was misread (it is hexadecimal, in upper or lower case), or the line end behind a chunk was not read: \
                 it is no part of the chunk.",
            ),
            (
                Kind::NoExit,
                "the chunk of size 0 and the empty line behind it are the end. The server may keep the connection open.",
            ),
        ],
        cases: &[only(5, "read_chunked", chunked::decodes_chunks)],
        ..Check::ROW
    },
    Check {
        id: "3.14",
        name: "decodes_every_form_of_chunks",
        tier: Tier::Expert,
        title: "A right client decodes chunks with extensions, trailers and odd cuts.",
        catches: "What the RFC allows and few servers send: `5;x=y`, fields behind the last chunk, a length beside chunked.",
        reference: "RFC 9112 sections 6.3, 7.1.1 and 7.1.2",
        needs: &["3.13"],
        usually: &[
            (
                Kind::WrongExit,
                "a part of the framing was not expected here. Behind a size may stand `;` and extensions, behind the last \
                 chunk fields, and a line end may come in two reads.",
            ),
            (
                Kind::WrongBytes,
                "the body was not taken for chunked. Transfer-Encoding comes before Content-Length, and `Chunked` is the same \
                 as `chunked`.",
            ),
        ],
        cases: &[
            case("a", 1, "read_chunked", "extensions behind a size", chunked::ignores_extensions),
            case("b", 2, "read_chunked", "every byte comes alone", chunked::decodes_dribbled_chunks),
            case("c", 1, "read_chunked", "fields behind the last chunk", chunked::ignores_trailers),
            case("d", 2, "read_chunked", "Chunked and a Content-Length", chunked::believes_chunked),
        ],
        ..Check::ROW
    },
    Check {
        id: "3.15",
        name: "notices_broken_chunks",
        tier: Tier::Robust,
        title: "A right client says so when a chunked body is cut off or broken.",
        catches: "The end of the stream taken for the last chunk: half a page, exit code 0, and nobody notices.",
        reference: "RFC 9112 sections 7.1 and 8",
        usually: &[
            (
                Kind::WrongExit,
                "something broken was taken for right. Only the chunk of size 0 is the end; a size is hexadecimal digits, and \
                 a line end follows the bytes of a chunk.",
            ),
            (
                Kind::Unbounded,
                "the line with the size is read to its end, however long it is. The server chooses how long.",
            ),
        ],
        cases: &[
            case("a", 2, "read_chunked", "the server closes before the last chunk", chunked::notices_a_missing_end),
            case("b", 1, "read_chunked", "sizes and chunks that are none", chunked::refuses_broken_chunks),
            case("c", 1, "read_chunked", "the line with the size has no end", chunked::limits_the_size_line),
        ],
        ..Check::ROW
    },
    Check {
        id: "3.16",
        name: "knows_responses_without_a_body",
        tier: Tier::Robust,
        title: "A right client knows which responses have no body, or are not the last.",
        catches: "Waiting for a body that never comes after 204 and 304, or taking 100 Continue for the response.",
        reference: "RFC 9110 sections 15.2, 15.3.5 and 15.4.5; RFC 9112 section 6.3",
        usually: &[
            (
                Kind::WrongBytes,
                "204 and 304 never have a body, whatever the fields say. That comes before all other rules.",
            ),
            (
                Kind::NoExit,
                "the program waits for a body. 204 and 304 never have one, whatever the fields say: a 304 may name the length \
                 that the body would have had.",
            ),
            (
                Kind::WrongExit,
                "a head with a status of 1xx was taken for the response. It is only a sign of life: the head of the response \
                 comes behind it.",
            ),
        ],
        cases: &[
            case("a", 1, "framing", "204 No Content", head::knows_that_204_is_empty),
            case(
                "b",
                2,
                "read_sized",
                "304 with a Content-Length, connection open; then 200",
                head::waits_for_no_body_of_304,
            ),
            case("c", 2, "read_sized", "100 Continue before the response", head::skips_100_continue),
        ],
        ..Check::ROW
    },
    Check {
        id: "3.17",
        name: "follows_redirects",
        tier: Tier::Robust,
        title: "A right client goes where Location sends it, to the host that it names.",
        catches: "A relative Location taken for a whole URL, or the old host kept. Browsers hide redirects completely.",
        reference: "RFC 9110 sections 10.2.2 and 15.4; RFC 3986 section 5.2",
        usually: &[
            (
                Kind::NoConnection,
                "the status was not taken for a redirect, or Location was not completed. It leaves out what is the same as in \
                 the URL that was asked for.",
            ),
            (
                Kind::Exited,
                "Location may leave out what is the same as in the URL that was asked for. Complete it before it is taken \
                 apart, and take host and port from it if it has them.",
            ),
            (
                Kind::WrongRequest,
                "Location was completed in the wrong way. A path in it replaces the whole target; anything else replaces what \
                 follows the last `/` of the path, and the query.",
            ),
            (
                Kind::ExtraConnection,
                "a Location was followed that is no redirect: only 301, 302, 303, 307 and 308 are.",
            ),
            (
                Kind::WrongExit,
                "a redirect is a redirect, also when it leads to where it came from. The provided code counts.",
            ),
        ],
        cases: &[
            case("a", 1, "redirect_target", "301 to another port", redirect::goes_to_another_port),
            case("b", 1, "redirect_target", "302 to a path", redirect::completes_a_path),
            case("c", 1, "redirect_target", "307 to a relative URL", redirect::completes_a_relative_url),
            case("d", 1, "redirect_target", "a loop, and --max-redirects 3", redirect::leaves_a_loop),
            case("e", 1, "redirect_target", "201 with a Location", redirect::stays_at_201),
        ],
        ..Check::ROW
    },
    Check {
        id: "3.18",
        name: "takes_the_status_from_its_place",
        title: "A right client reads the status where it stands, and ends with 22 on 404.",
        catches: "Looking for `200` anywhere in the head: an error page passes for the page.",
        reference: "RFC 9112 section 4",
        usually: &[(
            Kind::WrongExit,
            "a `200` was found somewhere else. The status is the second word of the first line, and nothing else.",
        )],
        cases: &[only(3, "read_sized", head::takes_the_status_from_its_place)],
        ..Check::ROW
    },
    Check {
        id: "3.19",
        name: "believes_no_absurd_head",
        tier: Tier::Expert,
        title: "A right client ends with exit code 5 when a head is endless or absurd.",
        catches: "A head without limit, memory for a length that the server only claims, an index into a line that is too short.",
        reference: "RFC 9112 sections 5, 6.3 and 11.2; std::io::BufRead::read_until",
        usually: &[
            (
                Kind::Unbounded,
                "the head is read to its end, however long it is. The server chooses how long a line is, and how many there \
                 are: --max-head is for all of them together.",
            ),
            (
                Kind::Killed,
                "memory for the whole body was asked for. The length is only a claim of the server, here of more bytes than \
                 there are on earth: copy the body through a small buffer.",
            ),
            (
                Kind::Panicked,
                "something that the server left out, or that does not fit, was taken for granted: an index, an `unwrap`, a \
                 size for memory.",
            ),
            (
                Kind::NoExit,
                "a line cannot be right, and the program waits for the next one all the same. Say so as soon as that line is \
                 there: who does not speak HTTP may not send another.",
            ),
            (
                Kind::WrongExit,
                "no HTTP was taken for HTTP, or the other way round. A length is digits only, two different ones are wrong; a \
                 status is three digits; a field has a colon; a head of --max-head bytes is right.",
            ),
        ],
        cases: &[
            case("a", 1, "read_head", "a head that has no end", head::limits_the_head),
            case("b", 1, "read_sized", "lengths of 2^62, 2^64 - 1 and 2^64", body::believes_no_absurd_length),
            case("c", 1, "framing", "lengths that are no numbers", head::refuses_lengths_that_are_none),
            case("d", 1, "framing", "two different lengths", head::refuses_two_lengths),
            case("e", 1, "read_head", "`SSH-2.0-x`, and other heads that are none", head::refuses_other_heads),
        ],
        ..Check::ROW
    },
    Check {
        id: "3.20",
        name: "tells_silence_from_reset",
        tier: Tier::Robust,
        title: "A right client returns what a read says: a timeout, a reset, or try again.",
        catches: "`unwrap` on a read, or every error taken for the end. With a server at hand a read never fails.",
        reference: "recv(2), EAGAIN, ECONNRESET and EINTR; socket(7), SO_RCVTIMEO; std::io::ErrorKind",
        usually: &[
            (
                Kind::WrongExit,
                "an error of a read was made something else, or dropped. Return it as it is; only Interrupted is no error. A \
                 reset is not the end of a body.",
            ),
            (
                Kind::Panicked,
                "an error of a read is unwrapped. The server, or the network, decides whether there is one.",
            ),
            (
                Kind::NoExit,
                "the read timed out (that is WouldBlock on Unix), and it is simply tried again, without end.",
            ),
        ],
        cases: &[
            case("a", 1, "read_sized", "silence, and --timeout 100", body::gives_up_on_silence),
            case("b", 1, "read_sized", "RST in the middle of a body", body::notices_a_reset),
            case("c", 1, "read_until_close", "RST where no length is given", body::takes_no_reset_for_the_end),
            case("d", 1, "read_sized", "stopped and continued (Ctrl-Z, fg)", body::goes_on_when_interrupted),
        ],
        ..Check::ROW
    },
];
