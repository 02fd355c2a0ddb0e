//! What must be the same in every run of a screen. Times, counts, ports, seeds and random bytes are not compared, and
//! with them not where a line is folded.

/// The words that stay.
pub fn of(screen: &str) -> Vec<String> {
    let mut words: Vec<String> = screen.lines().flat_map(line).collect();
    // A number may have one group of digits more, a run of bytes one byte.
    words.dedup_by(|next, before| next == before && ["0", "-"].contains(&next.as_str()));
    words
}

/// Of a page of `cargo lab doctor`: what was looked at. What was found is this machine's.
pub fn of_doctor(screen: &str) -> Vec<String> {
    let name = |line: &str| line.split_whitespace().nth(1).map(str::to_string);
    let looked = |line: &&str| ["ok ", "note ", "BAD "].iter().any(|word| line.starts_with(word));
    screen.lines().filter(looked).filter_map(name).collect()
}

fn line(line: &str) -> Vec<String> {
    let line = if is_of_the_wire(line) { without_bytes(line) } else { line };
    let mut words = Vec::new();
    let mut before = String::new();
    for word in line.replacen(">>", ">> ", 1).split_whitespace() {
        // An address of its own comes with each run, and is longer or shorter.
        if word.contains("127.") || word == "--listen" {
            break;
        }
        let any = ["--seed", "seed", "receipt"].contains(&before.as_str());
        words.push(if any { before.to_uppercase() } else { plain(word) });
        before = word.to_string();
    }
    words
}

/// A row of a ladder, what was wanted and came, or the peer's next move.
fn is_of_the_wire(line: &str) -> bool {
    let starts = ["  want ", "  got ", "[Enter] "].iter().any(|start| line.starts_with(start));
    starts || ["--", "==", "- -", "stdout |"].iter().any(|arrow| line.contains(arrow))
}

fn without_bytes(line: &str) -> &str {
    let ends = ["\"", "stdout |", "; all read"];
    &line[..ends.iter().filter_map(|end| line.find(end)).min().unwrap_or(line.len())]
}

fn plain(word: &str) -> String {
    if word.len() > 1 && word.bytes().all(|byte| b"-=<>".contains(&byte)) {
        return if word.starts_with('<') { "<-" } else { "->" }.to_string();
    }
    // A byte, or the first digits of a number.
    if word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return "0".to_string();
    }
    let mut plain: String = word.chars().map(|char| if char.is_ascii_digit() { '0' } else { char }).collect();
    while plain.contains("00") {
        plain = plain.replace("00", "0");
    }
    plain
}

#[test]
fn what_differs_from_run_to_run_is_left_out() {
    let one = ">>   2.2  wait for 1 024 bytes    <- - - - - - - -  nothing\n  1.0  9 bytes  ---->  \"abc\" ..\nwrite() of 68 272 bytes";
    let other = ">>1014.7  wait for 998 bytes    <- - - - - -  nothing\n  1.0  9 bytes  -->  \"x\"; all read\nwrite() of 4016 bytes";
    assert_eq!(of(one), of(other));
    assert_ne!(of(one), of(&one.replace("nothing", "FIN")));
    assert_eq!(of("  | cargo lab check 1.09 --seed\n  7f3a"), ["|", "cargo", "lab", "check", "0.0", "--seed", "0f0a"]);
}
