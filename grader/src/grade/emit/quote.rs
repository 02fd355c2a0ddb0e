//! A text as one word for a shell, and as a value for YAML.

use minijinja::{Error, ErrorKind, Value};

/// One word for any POSIX shell: as it is if no character of it means anything, else in single quotes.
pub fn sh(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./,:@%+=".contains(&byte);
    match !text.is_empty() && text.bytes().all(plain) {
        true => text.to_string(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// A command line.
pub fn words(words: Vec<String>) -> String {
    words.iter().map(|word| sh(word)).collect::<Vec<_>>().join(" ")
}

/// A text, a number or a list of them. What is JSON is YAML too.
pub fn json(value: Value) -> Result<String, Error> {
    serde_json::to_string(&value).map_err(|why| Error::new(ErrorKind::InvalidOperation, why.to_string()))
}
