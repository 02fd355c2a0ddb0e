//! Five wrong programs, one of each lab, from the save that shows the mistake to the save that mends it.

use super::desk::{Desk, Terminal, before, cut, right, wrong};
use super::page::{compare, screens};

const PAGE: &str = "walkthrough.md";
/// How the line ends that stands below everything while nothing runs.
const AT_REST: &str = "q quit  ? keys";

/// A watch on a lab in which this function is still to be written.
fn watch(desk: &Desk, lab: u8, id: &str, function: &str) -> (Terminal, String) {
    desk.save(lab, &before(lab, &wrong(id), function));
    let mut watch = desk.terminal(&format!("watch {lab}"));
    let begin = watch.until(AT_REST);
    (watch, begin)
}

/// What the watch shows when this text is saved.
fn save(desk: &Desk, watch: &mut Terminal, lab: u8, text: &str) -> String {
    desk.save(lab, text);
    watch.wait("lib.rs saved");
    watch.until(AT_REST)
}

/// The save that mends it, after which everything passes.
fn mended(desk: &Desk, mut watch: Terminal, lab: u8) -> String {
    let shown = save(desk, &mut watch, lab, &right(lab));
    assert!(shown.contains(&format!("lab {lab}: all passes")), "{shown}");
    watch.press("q");
    watch.end();
    shown
}

#[test]
fn lab_1_waits_for_more() {
    let id = "lab1-full-buffer-means-more";
    compare(PAGE, || {
        let Some(desk) = Desk::new() else { return Vec::new() };
        let (mut watch, begin) = watch(&desk, 1, id, "echo_until_eof");
        let saved = save(&desk, &mut watch, 1, &wrong(id));
        assert!(saved.contains("FAILED  1.09"), "{saved}");
        let hint = watch.press_until("h", AT_REST);
        let (step, stuck) = one_move_at_a_time(&desk);
        vec![
            ("lab1-begin", begin),
            ("lab1-saved", saved),
            ("lab1-hint", hint),
            ("lab1-step", step),
            ("lab1-stuck", stuck),
            ("lab1-mended", mended(&desk, watch, 1)),
        ]
    });
}

/// The replay while it asks for the second move, and when nothing comes any more.
fn one_move_at_a_time(desk: &Desk) -> (String, String) {
    let mut replay = desk.terminal("replay 1.09");
    replay.wait("client connects");
    replay.press("\n");
    replay.wait("client sends");
    let step = replay.until(" ?");
    replay.press("\n");
    replay.wait("or let it wait");
    replay.press("q\n");
    (format!("$ cargo lab replay 1.09\n{step}"), cut(&replay.end(), "or let it wait", ""))
}

#[test]
fn lab_2_sends_before_it_reads() {
    let id = "lab2-sends-all-then-reads";
    compare(PAGE, || {
        let Some(desk) = Desk::new() else { return Vec::new() };
        let (mut watch, _) = watch(&desk, 2, id, "pump");
        let saved = save(&desk, &mut watch, 2, &wrong(id));
        let next = watch.press_until("n", AT_REST);
        vec![
            ("lab2-saved", saved),
            ("lab2-next", next),
            ("lab2-hint", desk.shell("hint 2.17")),
            ("lab2-explain", cut(&desk.shell("explain 2.17"), "Small inputs fit", "")),
            ("lab2-mended", mended(&desk, watch, 2)),
        ]
    });
}

#[test]
fn lab_3_ends_with_the_first_piece() {
    let id = "lab3-short-read-is-the-end";
    compare(PAGE, || {
        let Some(desk) = Desk::new() else { return Vec::new() };
        let (mut watch, _) = watch(&desk, 3, id, "read_sized");
        let saved = save(&desk, &mut watch, 3, &wrong(id));
        let (step, ended) = one_piece_at_a_time(&desk);
        vec![
            ("lab3-saved", saved),
            ("lab3-explain", cut(&cut(&desk.shell("explain 3.06"), "piece 4,", "piece 10,"), "small pages", "")),
            ("lab3-step", step),
            ("lab3-ended", ended),
            ("lab3-hint", desk.shell("hint 3.06")),
            ("lab3-mended", mended(&desk, watch, 3)),
        ]
    });
}

/// The replay when the first piece is due, and what the program makes of it.
fn one_piece_at_a_time(desk: &Desk) -> (String, String) {
    let mut replay = desk.terminal("replay 3.06");
    replay.wait("server sends head");
    replay.press("\n");
    replay.wait("server sends piece 1");
    let step = replay.until(" ?");
    replay.press("\n");
    (format!("$ cargo lab replay 3.06\n{step}"), cut(&replay.end(), "your program ends", ""))
}

#[test]
fn lab_4_starts_its_timeout_anew() {
    let id = "lab4-each-datagram-starts-the-timeout-anew";
    compare(PAGE, || {
        let Some(desk) = Desk::new() else { return Vec::new() };
        let (mut watch, _) = watch(&desk, 4, id, "send_and_wait");
        let saved = save(&desk, &mut watch, 4, &wrong(id));
        vec![
            ("lab4-saved", saved),
            ("lab4-explain", cut(&desk.shell("explain 4.14"), "right one. Both need", "")),
            ("lab4-hint", desk.shell("hint 4.14")),
            ("lab4-hint-2", desk.shell("hint 4.14")),
            ("lab4-mended", mended(&desk, watch, 4)),
        ]
    });
}

#[test]
fn lab_5_waits_with_the_lock() {
    let id = "lab5-waits-under-the-lock";
    compare(PAGE, || {
        let Some(desk) = Desk::new() else { return Vec::new() };
        let (mut watch, _) = watch(&desk, 5, id, "deliver");
        let saved = save(&desk, &mut watch, 5, &wrong(id));
        vec![
            ("lab5-saved", saved),
            ("lab5-explain", desk.shell("explain Mutex")),
            ("lab5-replay", all_moves(&desk)),
            ("lab5-hint", desk.shell("hint 5.15")),
            ("lab5-mended", mended(&desk, watch, 5)),
        ]
    });
}

/// The replay without steps, until nothing comes any more.
fn all_moves(desk: &Desk) -> String {
    let mut replay = desk.terminal("replay 5.15");
    replay.wait("bob connects");
    replay.press("a\n");
    let shown = replay.until("or let it wait");
    replay.press("q\n");
    replay.end();
    format!("$ cargo lab replay 5.15\n{}", cut(&shown, "listening on port", "-- bob reads nothing"))
}

/// Nothing stands on the page that no program has made.
#[test]
fn every_block_of_text_is_a_screen() {
    for page in [PAGE, super::commands::PAGE] {
        let text = super::page::read(page);
        assert_eq!(text.matches("```text\n").count(), screens(page).len(), "{page}");
        assert_eq!(text.matches("\n```").count(), 2 * screens(page).len(), "{page}: a block of another kind");
    }
}
