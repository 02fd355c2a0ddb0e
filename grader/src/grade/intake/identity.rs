//! Ids: made from what a person is called alone, so that nobody's changes when somebody joins the class.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// At most so many letters of a name, so that a number and a hash fit behind it.
const SLUG: usize = 40;

/// An id from a text that is unique in the class. A text that is an id stays as it is; of another, what can be read is
/// kept, and a hash tells it from all that look the same: `Anna Ng` and `anna-ng` are two.
pub fn of(text: &str) -> String {
    let kept = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'));
    let begins = text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_');
    if kept && begins && text.len() <= SLUG && !ends_like_a_hash(text) {
        return text.to_string();
    }
    let hash = &hex(&Sha256::digest(text.as_bytes()))[..HASH];
    format!("{}-{hash}", slug(text))
}

/// An id from a name that need not be unique and a number that is.
pub fn numbered(name: &str, number: &str) -> String {
    format!("{}-{}", slug(name), slug(number))
}

const HASH: usize = 10;

fn ends_like_a_hash(text: &str) -> bool {
    text.rsplit_once('-').is_some_and(|(_, end)| end.len() == HASH && end.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Small letters and digits of a name, without accents, the rest as `-`; never empty.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '0'..='9' => slug.push(letter),
            'ß' => slug.push_str("ss"),
            'ø' => slug.push('o'),
            'ł' => slug.push('l'),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
        if slug.len() >= SLUG {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "submission".to_string() } else { slug.to_string() }
}

/// A name as it is compared: letters and digits of any alphabet, small, without accents, order kept.
pub fn fold(text: &str) -> String {
    let letters = text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase);
    letters.filter(|letter| letter.is_alphanumeric()).collect()
}

/// All that a name may be folded to: `Ng, Anna Maria` is also `Anna Maria Ng`.
pub fn folds(name: &str) -> Vec<String> {
    let words: Vec<String> = name.split([' ', ',', '\t', '\u{a0}']).map(fold).filter(|word| !word.is_empty()).collect();
    let turned = |by| {
        let mut words: Vec<String> = words.clone();
        words.rotate_left(by);
        words.concat()
    };
    let mut all: Vec<String> = (0..words.len().min(8)).map(turned).collect();
    all.sort();
    all.dedup();
    all
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
