//! Lines of 80 columns.

/// The width of a report.
pub const WIDTH: usize = 80;

/// `text` in lines of at most 80 columns behind `head`; later lines are indented as far. At most `most` lines, the last
/// one cut.
pub fn wrap(head: &str, text: &str, most: usize) -> Vec<String> {
    let indent = " ".repeat(head.chars().count());
    let room = WIDTH - indent.len();
    let mut lines: Vec<String> = Vec::new();
    for word in words(text, room) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    if lines.len() > most {
        let rest = lines.split_off(most - 1).join(" ");
        lines.push(rest);
    }
    let start = |turn| if turn == 0 { head } else { &indent };
    lines
        .iter()
        .enumerate()
        .map(|(turn, line)| format!("{}{}", start(turn), cut(line, room)).trim_end().to_string())
        .collect()
}

/// The parts that a line is not broken in: words, numbers such as `4 178 560`, and pieces of what is longer than a line.
fn words(text: &str, room: usize) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let group = word.len() >= 3 && word.bytes().take(3).all(|byte| byte.is_ascii_digit());
        match words.last_mut() {
            Some(number) if group && number.ends_with(|end: char| end.is_ascii_digit()) && number.len() < 16 => {
                number.push(' ');
                number.push_str(word);
            }
            _ => words.push(word.to_string()),
        }
    }
    let pieces = |word: String| {
        let chars: Vec<char> = word.chars().collect();
        let pieces: Vec<String> = chars.chunks(room.max(1)).map(|piece| piece.iter().collect()).collect();
        if pieces.is_empty() { vec![word] } else { pieces }
    };
    words.into_iter().flat_map(pieces).collect()
}

/// At most so many columns; what is cut off is marked.
pub fn cut(text: &str, columns: usize) -> String {
    if text.chars().count() <= columns {
        return text.to_string();
    }
    let kept: String = text.chars().take(columns.saturating_sub(2)).collect();
    format!("{kept}..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_wrapped_at_blanks_and_cut_at_the_end() {
        let text = "word ".repeat(60);
        let lines = wrap("  want  ", text.trim_end(), 2);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH));
        assert!(lines[0].starts_with("  want  word") && lines[1].starts_with("        word"));
        assert!(lines[1].ends_with(".."));
    }

    #[test]
    fn numbers_stay_whole_and_long_words_are_broken() {
        let lines = wrap("", &format!("{} 4 178 560 bytes", "x".repeat(74)), 3);
        assert_eq!(lines[1], "4 178 560 bytes");
        let lines = wrap("  ", &"y".repeat(100), 3);
        assert_eq!(lines.iter().map(String::len).collect::<Vec<_>>(), [80, 24]);
    }
}
