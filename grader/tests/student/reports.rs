//! What a student reads, as golden texts in `golden/`: one failing check of each lab, and the ways in which a program can
//! go wrong before it says anything. `BLESS=1 cargo test -p grader --test student reports` writes them anew.

use std::fs;
use std::path::PathBuf;

use grader::build::{Source, Stage, Toolchain, Workspace, edit};
use grader::lab::Setup;
use grader::labs;
use grader::prove::mutants;
use grader::report::{self, Context};
use grader::run::{CaseResult, run_case, run_checks};
use grader::workbook::{self, Ready};

/// What is counted.
const COUNTED: [&str; 9] = ["bytes", "bytes,", "lines", "pieces", "pieces;", "received", "times", "threads:", "more"];

/// Same bytes in every run.
const SEED: u64 = 0x7f3a;

const TRIES: u32 = 4;

/// Whether counts, and with them the bytes at some place, depend on when the kernel did what.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counts {
    Fixed,
    Vary,
}

fn workspace() -> Workspace {
    Workspace::find().expect("the workspace")
}

/// Builds this `lib.rs` of a lab, or gives the compiler's message.
fn ready(lab: u8, text: &str) -> Ready {
    let stage = Stage::new(&workspace(), lab, Source::Text(text)).expect("a stage");
    let toolchain = Toolchain::find().expect("a compiler").keeping_programs();
    workbook::ready(&stage, &toolchain, labs::lab(lab).expect("a lab"), SEED, false)
}

fn solution(lab: u8) -> String {
    fs::read_to_string(workspace().solution(lab).join("src/lib.rs")).expect("the solution")
}

fn mutant(id: &str) -> (u8, String) {
    let lab = id.as_bytes()[3] - b'0';
    let all = mutants(&workspace(), lab).expect("the catalogue is sound");
    let mutant = all.iter().find(|mutant| mutant.id == id).expect("a mutant of this id");
    (lab, mutant.text(&solution(lab)).expect("it applies"))
}

/// Runs one case, `1.18b`, on a program.
fn judge(setup: &Setup, case: &str) -> CaseResult {
    let (id, letter) = case.split_at(4);
    let check = labs::check(id).expect("a check");
    run_case(setup, check, check.cases.iter().find(|case| case.letter == letter).expect("a case"))
}

/// The report of one case on this program is the golden text of this name. On a busy machine a row more or less may be
/// seen: then it is tried again.
fn reads(name: &str, (lab, text): (u8, String), case: &str, counts: Counts) {
    let Ready::Built(built) = ready(lab, &text) else { panic!("{name} does not build") };
    let (setup, context, _built) = *built;
    let once = || {
        let result = judge(&setup, case);
        assert_eq!(report::faults(&result, &context), Vec::<String>::new());
        golden(name, &report::full(&result, &context), counts)
    };
    let tried = (1..TRIES).fold(once(), |tried, _| tried.or_else(|_| once()));
    tried.unwrap_or_else(|difference| panic!("{difference}"));
}

fn golden(name: &str, text: &str, counts: Counts) -> Result<(), String> {
    let text = normal(text, counts);
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.txt"));
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &text).expect("the golden text is written");
    }
    let want = fs::read_to_string(&path).unwrap_or_default();
    match text == want {
        true => Ok(()),
        false => Err(format!(
            "{name}: want\n{want}\ngot\n{text}\nif this is better: BLESS=1 cargo test --test student reports"
        )),
    }
}

/// The text without what differs from run to run: times, own addresses, ports, and lines of the source.
fn normal(text: &str, counts: Counts) -> String {
    let mut all: String = text.lines().map(|line| normal_line(line, counts) + "\n").collect();
    all.truncate(all.trim_end().len());
    all + "\n"
}

fn normal_line(line: &str, counts: Counts) -> String {
    let (mark, rest) = line.split_at_checked(2).unwrap_or((line, ""));
    let (time, event) = rest.trim_start().split_once("  ").unwrap_or(("", rest));
    let line = match time.split_once('.') {
        Some((ms, tenth)) if digits(ms) && digits(tenth) => format!("{mark}   t.t  {event}"),
        _ => line.to_string(),
    };
    // A request has its own address in it, which is longer or shorter.
    let counts = if line.contains("\"GET /") { Counts::Vary } else { counts };
    // What stands left of an arrow may get shorter, but the arrow stays where it is.
    let arrow = ["<--", "<==", "<- -", "---", "==="].iter().filter_map(|arrow| line.find(arrow)).min();
    match arrow {
        Some(at) => {
            format!("{:<at$}{}", normal_words(line[..at].trim_end(), counts), normal_words(&line[at..], counts))
        }
        // A command line is cut off sooner or later.
        None if event.starts_with("start ") => normal_words(&line, counts).chars().take(72).collect(),
        None => normal_words(&line, counts),
    }
}

fn normal_words(text: &str, counts: Counts) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let mut out: Vec<String> = Vec::new();
    for (place, word) in words.iter().enumerate() {
        let before = if place > 0 { words[place - 1] } else { "" };
        let after = words.get(place + 1).copied().unwrap_or_default();
        let in_number = out.last().is_some_and(|last| last.ends_with('N')) && groups(word);
        match out.last_mut() {
            Some(number) if in_number => number.push_str(word.trim_start_matches(|c: char| c.is_ascii_digit())),
            _ => out.push(normal_word(word, before, after, counts)),
        }
    }
    out.join(" ")
}

fn normal_word(word: &str, before: &str, after: &str, counts: Counts) -> String {
    let bare = word.trim_matches(|char: char| !char.is_ascii_alphanumeric());
    let vary = counts == Counts::Vary;
    let counted = COUNTED.contains(&after) || groups(after) || before == "thread";
    match () {
        () if word.contains("127.") => own_address(word),
        () if word.contains("lib.rs:") => {
            let (path, places) = word.split_once("lib.rs:").unwrap_or((word, ""));
            format!("{path}lib.rs:LINE{}", places.rsplit(|c: char| c.is_ascii_digit()).next().unwrap_or_default())
        }
        () if digits(bare) && before == "port" => "PORT".to_string(),
        () if digits(bare) && before == "for" && after == "ms," => "T".to_string(),
        () if vary && digits(bare) && bare != "0" && counted => word.replace(bare, "N"),
        () if vary && hex(bare) && (hex(before) || hex(after)) => word.replace(bare, "hh"),
        () => word.to_string(),
    }
}

fn hex(word: &str) -> bool {
    word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A group of three digits of a number, with what follows it.
fn groups(word: &str) -> bool {
    let number = word.trim_end_matches(|char: char| !char.is_ascii_alphanumeric());
    number.len() == 3 && digits(number)
}

fn own_address(word: &str) -> String {
    let start = word.find("127.").unwrap_or(0);
    let of_ip = |char: char| char.is_ascii_digit() || char == '.';
    let rest = word[start..].trim_start_matches(of_ip);
    let port = rest.strip_prefix(':').filter(|port| port.starts_with(|char: char| ('1'..='9').contains(&char)));
    match port {
        Some(port) => {
            format!("{}127.x.x.x:PORT{}", &word[..start], port.trim_start_matches(|c: char| c.is_ascii_digit()))
        }
        None => format!("{}127.x.x.x{rest}", &word[..start]),
    }
}

macro_rules! reports {
    ($($name:ident: $program:expr, $case:literal, $counts:ident;)*) => {$(
        #[test]
        fn $name() {
            reads(stringify!($name), $program, $case, Counts::$counts);
        }
    )*};
}

reports! {
    lab1_full_buffer: mutant("lab1-full-buffer-means-more"), "1.09", Fixed;
    lab1_short_write: mutant("lab1-write-once"), "1.16", Vary;
    lab2_deadlock: mutant("lab2-sends-all-then-reads"), "2.17a", Vary;
    lab3_short_read: mutant("lab3-short-read-is-the-end"), "3.06", Fixed;
    lab4_deadline: mutant("lab4-each-datagram-starts-the-timeout-anew"), "4.14", Fixed;
    lab5_slow_reader: mutant("lab5-writes-under-the-lock"), "5.15", Vary;
    panics: mutant("lab1-unwraps-bind"), "1.03", Fixed;
    never_listens: mutant("lab1-waits-for-a-client"), "1.01", Fixed;
    listens_elsewhere: mutant("lab1-fixed-address"), "1.01", Fixed;
    leaves_early: mutant("lab1-one-read"), "1.07", Fixed;
    too_many_bytes: mutant("lab1-sends-the-whole-buffer"), "1.05", Fixed;
    not_text: mutant("lab1-lossy-text"), "1.06", Fixed;
    exits_at_once: exits(), "1.04", Fixed;
}

fn exits() -> (u8, String) {
    let exits = "    eprintln!(\"nothing to do\");\n    std::process::exit(7)";
    (1, edit(&solution(1), "    TcpListener::bind(addr)", exits).expect("it applies"))
}

/// From stubs, a whole lab says at most 12 lines.
#[test]
fn stubs() {
    let text = fs::read_to_string(workspace().lab(1).join("src/lib.rs")).expect("the stubs");
    let Ready::Built(built) = ready(1, &text) else { panic!("the stubs do not build") };
    let (setup, context, _built) = *built;
    let lab = labs::lab(1).expect("a lab");
    let checks: Vec<_> = lab.checks.iter().collect();
    let text = report::summary(lab, &run_checks(&setup, &checks, 4, |_| {}), &context);
    assert!(text.lines().count() <= 12, "{text}");
    golden("stubs", &text, Counts::Fixed).unwrap();
}

/// The compiler's own message, with the path that the student knows.
#[test]
fn does_not_compile() {
    let text = edit(&solution(1), "    Ok(n)\n}", "    Ok(n + missing)\n}").expect("it applies");
    let Ready::DoesNotCompile(message) = ready(1, &text) else { panic!("it compiles") };
    let message = workbook::clean(&message);
    assert!(message.contains("cannot find value `missing`"), "{message}");
    assert!(message.contains("labs/lab1/src/lib.rs:"), "{message}");
    assert!(!message.contains('\x1b'), "{message}");
}

/// What is not printable stays out of a report, and colour is all that a terminal adds to it.
#[test]
fn colour_changes_no_word() {
    let (lab, text) = exits();
    let Ready::Built(built) = ready(lab, &text) else { panic!("it does not build") };
    let (setup, context, _built) = *built;
    let result = judge(&setup, "1.04");
    let colour = report::full(&result, &Context { colour: true, ..context.clone() });
    let plain = report::full(&result, &context);
    assert!(colour.starts_with("\x1b[1;31mFAILED"), "{colour:?}");
    assert_eq!(colour.replace("\x1b[1;31m", "").replace("\x1b[31m", "").replace("\x1b[0m", ""), plain);
}

#[test]
fn what_differs_from_run_to_run_is_left_out() {
    let line = ">>1051.1  send 8 257 536 bytes  =============>  127.3.49.231:39649, in 12 pieces; 4f 5a";
    let want = ">>   t.t  send N bytes          =============>  127.x.x.x:PORT, in N pieces; hh hh";
    assert_eq!(normal_line(line, Counts::Vary), want);
    assert_eq!(
        normal_line("   307.1  stop: idle for 307 ms, and", Counts::Fixed),
        "     t.t  stop: idle for T ms, and"
    );
    assert_eq!(normal_line("  at labs/lab1/src/lib.rs:25:32: no", Counts::Fixed), "  at labs/lab1/src/lib.rs:LINE: no");
}
