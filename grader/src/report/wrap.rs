//! Lines of 80 columns.

/// The width of a report.
pub const WIDTH: usize = 80;

/// `text` in lines of at most 80 columns behind `head`; later lines are indented as far. At most `most` lines, the last
/// one cut.
pub fn wrap(head: &str, text: &str, most: usize) -> Vec<String> {
    let indent = " ".repeat(head.chars().count());
    let room = WIDTH - indent.len();
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always a line");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
            lines.push(word.to_string());
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
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
}
