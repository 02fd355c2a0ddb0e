//! What a student reads, by key: the files in `grader/texts`, and a translation of them.
//!
//! A file is lines of `key = text`. A line that begins with spaces goes on with the text above it, after one space; `\n`
//! is a new line, `\\` a backslash; a text that begins or ends with spaces stands in quotation marks. A key is known by the path of its
//! file: `text("report/where_you_are")`. What is filled in has a name, `{bytes}`, and `say!` has the values.
//!
//! `LOOPBACK_TEXTS` names the folder of a translation: the same files with the same keys. A text that is missing there,
//! or has other names in braces, stays as it is built in. What the tools read as data is never translated: names of
//! checks, findings and commands, what the lab's protocols say, the compiler's messages.

use std::fmt::Display;
use std::path::PathBuf;
use std::sync::OnceLock;

use crate::labs;

/// One text and its key, without the path of the file.
pub(crate) type Entry = (&'static str, String);

/// A file: its path, what is built in, and its texts once it is read.
pub(crate) struct File(pub &'static str, pub &'static str, pub &'static OnceLock<Vec<Entry>>);

/// A file of the folder, by its path.
macro_rules! file {
    ($path:expr) => {
        $crate::texts::File($path, include_str!(concat!("../texts/", $path, ".txt")), {
            static READ: ::std::sync::OnceLock<Vec<$crate::texts::Entry>> = ::std::sync::OnceLock::new();
            &READ
        })
    };
}
pub(crate) use file;

/// All but those of the labs, which [`labs::SAID`] has.
macro_rules! files {
    ($($(#[$when:meta])* $path:literal,)*) => {
        static FILES: &[File] = &[$($(#[$when])* file!($path),)*];
    };
}

files! {
    "seen/common",
    "seen/lanes",
    "seen/threads",
    "report",
    "cargo-test",
    "cargo-lab/remembered",
    #[cfg(feature = "tools")]
    "cargo-lab/board",
    #[cfg(feature = "tools")]
    "cargo-lab/build",
    #[cfg(feature = "tools")]
    "cargo-lab/check",
    #[cfg(feature = "tools")]
    "cargo-lab/doctor",
    #[cfg(feature = "tools")]
    "cargo-lab/explain",
    #[cfg(feature = "tools")]
    "cargo-lab/help",
    #[cfg(feature = "tools")]
    "cargo-lab/hint",
    #[cfg(feature = "tools")]
    "cargo-lab/open",
    #[cfg(feature = "tools")]
    "cargo-lab/peer",
    #[cfg(feature = "tools")]
    "cargo-lab/predict",
    #[cfg(feature = "tools")]
    "cargo-lab/replay",
    #[cfg(feature = "tools")]
    "cargo-lab/reset",
    #[cfg(feature = "tools")]
    "cargo-lab/solution",
    #[cfg(feature = "tools")]
    "cargo-lab/submit",
    #[cfg(feature = "tools")]
    "cargo-lab/talk",
    #[cfg(feature = "tools")]
    "cargo-lab/tour",
    #[cfg(feature = "tools")]
    "cargo-lab/unpack",
    #[cfg(feature = "tools")]
    "cargo-lab/update",
    #[cfg(feature = "tools")]
    "cargo-lab/usage",
    #[cfg(feature = "tools")]
    "cargo-lab/version",
    #[cfg(feature = "tools")]
    "cargo-lab/watch",
    #[cfg(feature = "tools")]
    "cargo-lab/when",
    #[cfg(feature = "tools")]
    "predict/rows",
}

/// A sentence with its values: `say!("report/exit_code", code = 3)`. A variable of the same name is just named.
macro_rules! say {
    ($key:literal) => { $crate::texts::text($key) };
    (@value $name:ident) => { $name };
    (@value $name:ident $value:expr) => { $value };
    ($key:literal $(, $name:ident $(= $value:expr)?)+ $(,)?) => {
        $crate::texts::fill($key, &[$(
            (stringify!($name), &$crate::texts::say!(@value $name $($value)?) as &dyn ::std::fmt::Display)
        ),+])
    };
}
pub(crate) use say;

/// The text with this key; a test reads every key that the code names.
pub fn text(key: &'static str) -> &'static str {
    find(key).unwrap_or(key)
}

/// The text with a key that was put together from parts.
pub fn find(key: &str) -> Option<&'static str> {
    let (path, name) = key.rsplit_once('/')?;
    entries(path).iter().find(|(key, _)| *key == name).map(|(_, text)| text.as_str())
}

/// All texts of a file whose keys begin so, in the file's order, with the rest of their keys.
pub fn beginning<'a>(path: &str, start: &'a str) -> impl Iterator<Item = (&'static str, &'static str)> + use<'a> {
    entries(path).iter().filter_map(move |(key, text)| Some((key.strip_prefix(start)?, text.as_str())))
}

/// A text with values in the place of their names.
pub fn fill(key: &'static str, values: &[(&str, &dyn Display)]) -> String {
    filled(text(key), values)
}

fn filled(mut text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut whole = String::with_capacity(text.len() + 16);
    while let Some((before, name, after)) = next_name(text) {
        whole.push_str(before);
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => whole.push_str(&value.to_string()),
            None => whole.push_str(&text[before.len()..text.len() - after.len()]),
        }
        text = after;
    }
    whole.push_str(text);
    whole
}

/// What stands before the next `{name}`, the name, what comes after. Other braces mean nothing.
fn next_name(text: &str) -> Option<(&str, &str, &str)> {
    let named = |start: usize| {
        let rest = &text[start + 1..];
        let end = rest.find(|char: char| !char.is_ascii_alphanumeric() && char != '_')?;
        (end > 0 && rest[end..].starts_with('}')).then(|| (&text[..start], &rest[..end], &rest[end + 1..]))
    };
    text.match_indices('{').find_map(|(start, _)| named(start))
}

/// The names in a text, sorted.
pub fn names(mut text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    while let Some((_, name, after)) = next_name(text) {
        names.push(name);
        text = after;
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// The folder of a translation, if one is asked for.
pub fn folder() -> Option<PathBuf> {
    std::env::var_os("LOOPBACK_TEXTS").filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// A file of a translation, if there is one.
pub fn of_translation(path: &str) -> Option<String> {
    std::fs::read_to_string(folder()?.join(path)).ok()
}

/// A TOML file of texts, such as `hints/lab1.toml`, with its translation put over it where there is one.
///
/// Tables are matched by their keys, lists by their places. What has no space in it is a name or a number, and stays, but
/// for what these keys name: [`WORDS`].
#[cfg(feature = "tools")]
pub fn toml<T: serde::de::DeserializeOwned>(path: &str, built_in: &str) -> Result<T, toml::de::Error> {
    let Some(translated) = of_translation(path).and_then(|text| text.parse::<toml::Table>().ok()) else {
        return toml::from_str(built_in);
    };
    let mut texts = toml::Value::Table(toml::from_str(built_in)?);
    put_over(&mut texts, &toml::Value::Table(translated), false);
    texts.try_into()
}

/// Keys of texts that may be one word.
#[cfg(feature = "tools")]
const WORDS: [&str; 5] = ["title", "text", "unit", "left", "right"];

#[cfg(feature = "tools")]
fn put_over(text: &mut toml::Value, translated: &toml::Value, word: bool) {
    use toml::Value::{Array, String, Table};
    match (text, translated) {
        (Table(texts), Table(translated)) => {
            for (key, text) in texts.iter_mut() {
                let word = WORDS.contains(&key.as_str());
                translated.get(key).into_iter().for_each(|translated| put_over(text, translated, word));
            }
        }
        (Array(texts), Array(translated)) if texts.len() == translated.len() => {
            texts.iter_mut().zip(translated).for_each(|(text, translated)| put_over(text, translated, word));
        }
        (String(text), String(translated)) if (word || text.contains(' ')) && names(text) == names(translated) => {
            text.clone_from(translated);
        }
        _ => {}
    }
}

fn entries(path: &str) -> &'static [Entry] {
    let Some(File(_, built_in, read)) = labs::SAID.iter().chain(FILES).find(|file| file.0 == path) else { return &[] };
    read.get_or_init(|| {
        let built_in = parse(built_in);
        match of_translation(&format!("{path}.txt")) {
            Some(translated) => translate(built_in, &parse(&translated)),
            None => built_in,
        }
    })
}

fn translate(built_in: Vec<Entry>, translated: &[(&str, String)]) -> Vec<Entry> {
    let other = |(key, text): Entry| {
        let own = translated.iter().find(|(own, _)| *own == key).map(|(_, own)| own);
        let fits = own.filter(|own| names(own) == names(&text)).cloned();
        (key, fits.unwrap_or(text))
    };
    built_in.into_iter().map(other).collect()
}

/// The lines of a file as keys and texts. Comments begin with `#`.
pub fn parse(file: &str) -> Vec<(&str, String)> {
    let mut entries: Vec<(&str, String)> = Vec::new();
    for line in file.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        match (line.starts_with(' '), line.split_once(" = "), entries.last_mut()) {
            (true, _, Some((_, text))) => {
                text.push(' ');
                text.push_str(line.trim());
            }
            (false, Some((key, text)), _) => entries.push((key.trim(), text.trim().to_string())),
            _ => {}
        }
    }
    for (_, text) in &mut entries {
        let plain = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        *text = unescaped(plain);
    }
    entries
}

/// `\n` is a new line, `\\` a backslash.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match (char, chars.as_str().chars().next()) {
            ('\\', Some('n')) => plain.push('\n'),
            ('\\', Some('\\')) => plain.push('\\'),
            _ => {
                plain.push(char);
                continue;
            }
        }
        chars.next();
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_may_have_several_lines_and_spaces_at_its_ends() {
        let file = "# a comment\none = first\n  and more\ntwo = \" x \"\n\nthree = a\\nb = c\\\\n\n";
        let want = [("one", "first and more"), ("two", " x "), ("three", "a\nb = c\\n")];
        assert_eq!(parse(file), want.map(|(key, text)| (key, text.to_string())));
    }

    #[test]
    fn names_are_filled_in_and_other_braces_stay() {
        let values: [(&str, &dyn Display); 2] = [("bytes", &5), ("who", &"{bytes}")];
        assert_eq!(filled("{bytes} of {who}, {x}, { bytes }, {}", &values), "5 of {bytes}, {x}, { bytes }, {}");
        assert_eq!(names("{b} {a} {b} {"), ["a", "b"]);
    }

    #[test]
    fn what_does_not_fit_is_not_translated() {
        let built_in = vec![("a", "{n} bytes".to_string()), ("b", "no".to_string()), ("c", "yes".to_string())];
        let translated = [("a", "{m} octets".to_string()), ("b", "non".to_string()), ("z", "?".to_string())];
        let want = [("a", "{n} bytes"), ("b", "non"), ("c", "yes")].map(|(key, text)| (key, text.to_string()));
        assert_eq!(translate(built_in, &translated), want);
    }
}
