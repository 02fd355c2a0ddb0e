//! Text of others made harmless, once per place where it ends up.
//!
//! A student chooses file names, compiler messages, what his program prints and, on some platforms, his own name. None of
//! it may move a cursor, run as a script or a formula, or pass for a command of a build server. What is replaced stays
//! visible as `�`, so that somebody who reads it sees that something was there.

/// Stands for a character that is not shown.
const GONE: char = '\u{fffd}';

/// The most characters of a name, a path or a reason.
pub const LINE: usize = 200;
/// The most characters of a compiler's message or of a report.
pub const BLOCK: usize = 16 * 1024;

/// One line of printable text, of at most `most` characters; longer text ends in `…`.
pub fn line(text: &str, most: usize) -> String {
    if is_plain(text, most, b"") {
        return text.to_string();
    }
    let one = |c: char| if c.is_whitespace() { ' ' } else { visible(c) };
    cut(text.trim().chars().map(one), most)
}

/// Several lines of printable text, of at most `most` characters.
pub fn block(text: &str, most: usize) -> String {
    if is_plain(text, most, b"\n") {
        return text.to_string();
    }
    let unix = text.replace("\r\n", "\n");
    let each = |c: char| match c {
        '\n' | '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' => '\n',
        '\t' => ' ',
        other => visible(other),
    };
    cut(unix.trim_end().chars().map(each), most)
}

/// Printable ASCII, or one of `more`, of this length at most, and with no space at its ends: harmless as it is. Most of what
/// is shown is that, and to look at every character of a large class takes long.
fn is_plain(text: &str, most: usize, more: &[u8]) -> bool {
    let bytes = text.as_bytes();
    let ends = [bytes.first(), bytes.last()].into_iter().flatten();
    let plain = |byte: &u8| (b' '..=b'~').contains(byte) || more.contains(byte);
    bytes.len() <= most && !ends.copied().any(|byte| byte.is_ascii_whitespace()) && bytes.iter().all(plain)
}

fn cut(chars: impl Iterator<Item = char>, most: usize) -> String {
    let mut chars = chars;
    let mut text: String = chars.by_ref().take(most).collect();
    if chars.next().is_some() {
        text.pop();
        text.push('…');
    }
    text
}

fn visible(c: char) -> char {
    if c.is_control() || is_invisible(c) { GONE } else { c }
}

/// What changes the direction or the look of what stands beside it, or cannot be seen at all. The joiners that Persian and
/// Indian names need (U+200C, U+200D) are not among them. U+FFFE and U+FFFF may not stand in XML.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{00ad}' | '\u{180e}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// A cell of a CSV file that a spreadsheet program takes for text, never for a formula.
///
/// The apostrophe is what OWASP advises ("CSV injection"); the wide forms are taken for formulas by Japanese spreadsheets.
/// Numbers of our own do not come here: `-3.00` shall stay a number.
pub fn cell(text: &str) -> String {
    let first = text.chars().next();
    let text = line(text, 1000);
    let starts = |c: char| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
    let risky = text.starts_with(starts) || first.is_some_and(|c| matches!(c, '\t' | '\r' | '\n'));
    if risky { format!("'{text}") } else { text }
}

/// Between tags, or in an attribute with quotes.
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// A line within Markdown: no emphasis, link, image, HTML, table or autolink comes of it.
pub fn markdown(text: &str) -> String {
    let mut out = String::new();
    for c in line(text, BLOCK).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            ',' | '\'' | '"' | '%' | ';' | '/' | '?' => out.push(c),
            c if c.is_ascii_punctuation() => {
                out.push('\\');
                out.push(c);
            }
            other => out.push(other),
        }
    }
    out
}

/// A block within Markdown, word for word: a fence that is longer than any in the text.
pub fn fenced(text: &str) -> String {
    let text = block(text, BLOCK);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{text}\n{fence}\n")
}

/// The text of a workflow command of GitHub Actions, behind the second `::`.
pub fn command_text(text: &str) -> String {
    block(text, BLOCK).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command (`title=`).
pub fn command_property(text: &str) -> String {
    line(text, LINE).replace('%', "%25").replace(':', "%3A").replace(',', "%2C")
}

/// Part of a file's name on every system, without a separator.
pub fn file_name(text: &str) -> String {
    let safe = |c: char| match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | GONE => '_',
        other => other,
    };
    let name: String = line(text, 100).chars().map(safe).collect();
    let name = name.trim_matches(|c: char| c == '.' || c == ' ');
    if name.is_empty() { "_".to_string() } else { name.to_string() }
}

/// JSON that may stand in a `<script>` of an HTML page.
pub fn json_in_html(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + json.len() / 64);
    for c in json.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            other => out.push(other),
        }
    }
    out
}
