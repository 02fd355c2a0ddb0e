//! From TOML to values: every key is asked for by name, and what nobody asked for is a problem with a line, a column and
//! the nearest name that would have been right.

use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What is wrong in a course file, and where: line and column from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub line: usize,
    pub column: usize,
    pub text: String,
    /// The line itself; empty for a line that may hold the seed.
    pub source: String,
}

impl Problem {
    /// With the name of the file that the teacher gave.
    pub fn show(&self, file: &str) -> String {
        let head = format!("{file}:{}:{}: {}", self.line, self.column, self.text);
        if self.source.is_empty() { head } else { format!("{head}\n{:>5} | {}", self.line, self.source) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.show("course.toml"))
    }
}

/// A value and where it stands.
#[derive(Clone)]
pub(super) struct Value<'t> {
    pub value: &'t DeValue<'t>,
    pub at: usize,
}

/// Collects problems; all of the file is read before any is told.
pub(super) struct Reader<'t> {
    text: &'t str,
    pub problems: Vec<Problem>,
}

impl<'t> Reader<'t> {
    pub fn new(text: &'t str) -> Self {
        Reader { text, problems: Vec::new() }
    }

    /// `at` is a byte of the text.
    pub fn problem(&mut self, at: usize, text: impl Into<String>) {
        let before = self.text.get(..at.min(self.text.len())).unwrap_or("");
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.text[start..].lines().next().unwrap_or("");
        let text = text.into().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.problems.push(Problem {
            line: before.matches('\n').count() + 1,
            column: before[start..].chars().count() + 1,
            text,
            source: shown(line),
        });
    }

    /// Tells what the TOML parser found.
    pub fn not_toml(&mut self, error: &toml::de::Error) {
        let at = error.span().map_or(self.text.len(), |span: Range<usize>| span.start);
        let before = self.text.get(..at).unwrap_or("");
        let line = before.rfind('\n').map_or(0, |newline| newline + 1);
        // The parser may quote what it stumbled over.
        let secret = secret(self.text[line..].lines().next().unwrap_or(""));
        let message = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
        self.problem(at, if secret { "this is not TOML".to_string() } else { format!("this is not TOML: {message}") });
    }
}

/// May a line hold the seed?
fn secret(line: &str) -> bool {
    line.to_ascii_lowercase().contains("seed")
}

/// A line as it may be shown on a terminal.
fn shown(line: &str) -> String {
    if secret(line) {
        return String::new();
    }
    line.chars().take(120).map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim_end().to_string()
}

/// A table of the file. Each key can be taken once.
pub(super) struct Table<'t> {
    /// `[late]`, for people.
    pub name: String,
    pub at: usize,
    left: Vec<(&'t str, usize, Value<'t>)>,
    asked: Vec<&'static str>,
}

impl<'t> Table<'t> {
    pub fn new(name: &str, at: usize, table: &'t DeTable<'t>) -> Self {
        let entry = |(key, value): (&'t Spanned<_>, &'t Spanned<DeValue<'t>>)| {
            let key: &'t std::borrow::Cow<'t, str> = key.get_ref();
            (key.as_ref(), Value { value: value.get_ref(), at: value.span().start })
        };
        let starts = table.keys().map(|key| key.span().start);
        let left = table.iter().map(entry).zip(starts).map(|((key, value), at)| (key, at, value)).collect();
        Table { name: name.to_string(), at, left, asked: Vec::new() }
    }

    pub fn take(&mut self, key: &'static str) -> Option<Value<'t>> {
        self.asked.push(key);
        let at = self.left.iter().position(|(name, ..)| *name == key)?;
        Some(self.left.swap_remove(at).2)
    }

    /// All that is left, for tables whose keys are names of the teacher's.
    pub fn rest(&mut self) -> Vec<(&'t str, usize, Value<'t>)> {
        std::mem::take(&mut self.left)
    }

    /// Whatever is left now is unknown.
    pub fn end(self, reader: &mut Reader) {
        for (key, at, _) in self.left {
            reader.problem(at, format!("unknown key `{key}` in {}; {}", self.name, instead(key, &self.asked)));
        }
    }
}

/// `try: `penalty``: the names that are near, or all of them.
pub(super) fn instead(asked: &str, known: &[&str]) -> String {
    let lower = asked.to_lowercase();
    let mut near: Vec<(usize, &str)> =
        known.iter().map(|name| (strsim::osa_distance(&lower, &name.to_lowercase()), *name)).collect();
    near.sort();
    near.dedup();
    let like = |distance: usize, letters: usize| distance <= 1 + letters / 3 && distance < letters;
    let close = near.iter().filter(|(distance, name)| like(*distance, name.chars().count())).take(3);
    let mut names: Vec<&str> = close.map(|(_, name)| *name).collect();
    if names.is_empty() {
        names = near.iter().map(|(_, name)| *name).take(20).collect();
        names.sort_unstable();
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!("try: {}", quoted.join(", "))
}

impl Reader<'_> {
    /// Tells that a value is of another kind than it should be.
    pub fn wrong<T>(&mut self, value: &Value, want: &str) -> Option<T> {
        let got = match value.value {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a point",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.problem(value.at, format!("{got} stands here; try: {want}"));
        None
    }

    pub fn text(&mut self, value: Option<Value>, want: &str) -> Option<String> {
        let value = value?;
        match value.value {
            DeValue::String(text) => Some(text.to_string()),
            _ => self.wrong(&value, want),
        }
    }

    /// A text as it is written, also of a number or a date.
    pub fn written(&mut self, value: &Value, want: &str) -> Option<String> {
        match value.value {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().replace('_', "")),
            DeValue::Float(number) => Some(number.as_str().replace('_', "")),
            DeValue::Datetime(moment) => Some(moment.to_string()),
            _ => self.wrong(value, want),
        }
    }

    /// What `read` makes of the text, or a problem that says what to try.
    pub fn parsed<T>(&mut self, value: Option<Value>, want: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let value = value?;
        let text = self.written(&value, want)?;
        let parsed = read(&text);
        if parsed.is_none() {
            self.problem(value.at, format!("`{text}` is not what can stand here; try: {want}"));
        }
        parsed
    }

    /// One of several words.
    pub fn choice<T: Copy>(&mut self, value: Option<Value>, choices: &[(&str, T)]) -> Option<T> {
        let value = value?;
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let text = self.text(Some(value.clone()), &format!("one of `{}`", names.join("`, `")))?;
        let found = choices.iter().find(|(name, _)| *name == text);
        if found.is_none() {
            self.problem(value.at, format!("`{text}` is not a choice; {}", instead(&text, &names)));
        }
        found.map(|(_, choice)| *choice)
    }

    /// A whole number between two bounds.
    pub fn number(&mut self, value: Option<Value>, least: u32, most: u32) -> Option<u32> {
        let value = value?;
        let want = format!("a whole number from {least} to {most}");
        let DeValue::Integer(number) = value.value else { return self.wrong(&value, &want) };
        let read = u32::from_str_radix(number.as_str(), number.radix()).ok();
        let read = read.filter(|number| (least..=most).contains(number));
        if read.is_none() {
            self.problem(value.at, format!("`{number}` is out of bounds; try: {want}"));
        }
        read
    }

    pub fn yes(&mut self, value: Option<Value>) -> Option<bool> {
        let value = value?;
        match value.value {
            DeValue::Boolean(yes) => Some(*yes),
            _ => self.wrong(&value, "true or false"),
        }
    }

    pub fn list<'v>(&mut self, value: Option<Value<'v>>, want: &str) -> Option<Vec<Value<'v>>> {
        let value = value?;
        match value.value {
            DeValue::Array(list) => {
                Some(list.iter().map(|item| Value { value: item.get_ref(), at: item.span().start }).collect())
            }
            _ => self.wrong(&value, want),
        }
    }

    pub fn table<'v>(&mut self, value: Option<Value<'v>>, name: &str) -> Option<Table<'v>> {
        let value = value?;
        match value.value {
            DeValue::Table(table) => Some(Table::new(name, value.at, table)),
            _ => self.wrong(&value, &format!("a table {name}")),
        }
    }

    /// `[[manual]]`: a list of tables.
    pub fn tables<'v>(&mut self, value: Option<Value<'v>>, name: &str) -> Vec<Table<'v>> {
        let list = self.list(value, &format!("tables that begin with {name}")).unwrap_or_default();
        list.into_iter().filter_map(|item| self.table(Some(item), name)).collect()
    }
}
