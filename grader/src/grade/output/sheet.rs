//! A platform's own CSV file, in which some cells are filled and everything else stays as it is, byte for byte.
//!
//! The `csv` crate reads and writes values; what stood around them (quotes, line ends, a byte order mark) is lost on the
//! way. A gradebook that comes back to its platform must not differ in anything that nobody asked for, so this one keeps
//! the place of every cell.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::{Result, bail, ensure};

use super::clean;
use crate::grade::model::{Hundredths, Person};

const MARK: &[u8] = b"\xef\xbb\xbf";

/// The file, and what was put into it.
#[derive(Clone, Debug)]
pub struct Sheet {
    mark: bool,
    /// Between cells: `,`, `;` or a tab.
    pub delimiter: u8,
    text: String,
    rows: Vec<Vec<Cell>>,
    /// New values by the place where their cell begins, which no two cells share.
    changes: BTreeMap<usize, String>,
}

#[derive(Clone, Debug)]
struct Cell {
    range: Range<usize>,
    value: String,
}

/// What became of filling a sheet in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    pub sheet: Vec<u8>,
    /// Cells that hold a mark now.
    pub filled: usize,
    /// Submissions whose mark is open, or whose cell says that it does not count: left as they were.
    pub left: Vec<String>,
    /// Graded, but not in the sheet.
    pub not_in_sheet: Vec<String>,
    /// In the sheet, but not in the class.
    pub not_in_class: Vec<String>,
    /// What else a teacher should know before the import.
    pub warnings: Vec<String>,
}

impl Sheet {
    /// Reads a CSV file; `name` is for errors.
    pub fn read(bytes: &[u8], name: &str) -> Result<Sheet> {
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            bail!(
                "`{name}` is UTF-16, as a spreadsheet program saves it\ntry: export it again, and do not open it before"
            );
        }
        if bytes.starts_with(b"PK\x03\x04") {
            bail!("`{name}` is a workbook (.xlsx), not CSV\ntry: export it again as CSV");
        }
        let mark = bytes.starts_with(MARK);
        let rest = if mark { &bytes[MARK.len()..] } else { bytes };
        let Ok(text) = String::from_utf8(rest.to_vec()) else {
            bail!(
                "`{name}` is not UTF-8: a spreadsheet program has saved it\ntry: export it again, and do not open it before"
            );
        };
        let delimiter = delimiter(&text);
        let rows = cells(&text, delimiter);
        ensure!(!rows.is_empty(), "`{name}` is empty\ntry: export it again");
        Ok(Sheet { mark, delimiter, text, rows, changes: BTreeMap::new() })
    }

    /// Rows, the header counted in.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The headers, trimmed.
    pub fn headers(&self) -> Vec<&str> {
        self.rows.first().map(|row| row.iter().map(|cell| cell.value.trim()).collect()).unwrap_or_default()
    }

    /// The value of a cell as it was read; empty where the row is too short.
    pub fn value(&self, row: usize, column: usize) -> &str {
        self.rows.get(row).and_then(|row| row.get(column)).map_or("", |cell| &cell.value)
    }

    /// Puts a value into a cell that exists; says whether it does.
    pub fn set(&mut self, row: usize, column: usize, value: &str) -> bool {
        let Some(cell) = self.rows.get(row).and_then(|row| row.get(column)) else { return false };
        if cell.value != value {
            self.changes.insert(cell.range.start, value.to_string());
        }
        true
    }

    /// The file with its changes. With commas, if `commas` is set: cells that hold one are then quoted.
    pub fn write(&self, commas: bool) -> Vec<u8> {
        let to = if commas { b',' } else { self.delimiter };
        let mut out = if self.mark { MARK.to_vec() } else { Vec::new() };
        let mut at = 0;
        for cell in self.rows.iter().flatten() {
            let between = &self.text[at..cell.range.start];
            let separates = |byte| if byte == self.delimiter { to } else { byte };
            out.extend(between.bytes().map(separates));
            out.extend(self.shown(cell, to).bytes());
            at = cell.range.end;
        }
        out.extend(self.text[at..].bytes());
        out
    }

    fn shown(&self, cell: &Cell, delimiter: u8) -> String {
        let old = &self.text[cell.range.clone()];
        let (value, quoted) = match self.changes.get(&cell.range.start) {
            Some(new) => (new.as_str(), old.starts_with('"')),
            _ if delimiter == self.delimiter || old.starts_with('"') => return old.to_string(),
            _ => (old, false),
        };
        let special = |byte| byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r');
        if quoted || value.bytes().any(special) {
            format!("\"{}\"", value.replace('"', "\"\""))
        } else {
            value.to_string()
        }
    }
}

/// What the header is divided by: the commonest of the three, outside quotes.
fn delimiter(text: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|count| count.0 == byte).for_each(|count| count.1 += 1),
        }
    }
    // The first of equals wins: a comma.
    counts.iter().rev().max_by_key(|count| count.1).map_or(b',', |count| count.0)
}

/// RFC 4180, as lenient as the platforms are: lines may end in LF, CR or both, and a quote within an unquoted cell is one.
fn cells(text: &str, delimiter: u8) -> Vec<Vec<Cell>> {
    let bytes = text.as_bytes();
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let (cell, end) = cell(text, at, delimiter);
        row.push(cell);
        at = end;
        match bytes.get(at) {
            Some(&byte) if byte == delimiter => {
                at += 1;
                if at == bytes.len() {
                    row.push(Cell { range: at..at, value: String::new() });
                }
            }
            Some(b'\r') => at += if bytes.get(at + 1) == Some(&b'\n') { 2 } else { 1 },
            Some(_) => at += 1,
            None => {}
        }
        if at == bytes.len() || matches!(bytes[at - 1], b'\n' | b'\r') && bytes[at - 1] != delimiter {
            rows.push(std::mem::take(&mut row));
        }
    }
    rows.into_iter().filter(|row| row.len() > 1 || row.first().is_some_and(|cell| !cell.value.is_empty())).collect()
}

/// The cell that begins at `start`, and where it ends.
fn cell(text: &str, start: usize, delimiter: u8) -> (Cell, usize) {
    let bytes = text.as_bytes();
    let ends = |byte: u8| byte == delimiter || matches!(byte, b'\n' | b'\r');
    if bytes.get(start) != Some(&b'"') {
        let end = (start..bytes.len()).find(|&at| ends(bytes[at])).unwrap_or(bytes.len());
        return (Cell { range: start..end, value: text[start..end].to_string() }, end);
    }
    let mut close = start + 1;
    while close < bytes.len() {
        match (bytes[close], bytes.get(close + 1)) {
            (b'"', Some(b'"')) => close += 2,
            (b'"', _) => break,
            _ => close += 1,
        }
    }
    let close = close.min(bytes.len());
    let end = (close..bytes.len()).find(|&at| ends(bytes[at])).unwrap_or(bytes.len());
    let value = text[start + 1..close].replace("\"\"", "\"");
    (Cell { range: start..end, value }, end)
}

/// A number in the platform's language: `100`, `100.00`, `100,00`.
pub fn number(text: &str) -> Option<Hundredths> {
    let text = text.trim();
    let (whole, rest) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || !digits(whole) || !digits(rest) {
        return None;
    }
    let rest: String = rest.chars().chain("00".chars()).take(2).collect();
    Some(Hundredths(whole.parse::<i64>().ok()? * 100 + rest.parse::<i64>().ok()?))
}

/// `mark` of `of`, as a mark of `most`: rounded to the nearest hundredth, half up, never outside 0 to `most`.
pub fn scaled(mark: Hundredths, of: Hundredths, most: Hundredths) -> Hundredths {
    if of.0 <= 0 {
        return Hundredths(0);
    }
    let wide = i128::from(mark.0.max(0)) * i128::from(most.0);
    let rounded = (2 * wide + i128::from(of.0)) / (2 * i128::from(of.0));
    Hundredths(i64::try_from(rounded).unwrap_or(most.0).min(most.0))
}

/// A number of this person in the sheet lacks the zeros that it begins with: a spreadsheet program has saved the file.
pub fn lost_zeros(sheet: &Sheet, row: usize, person: &Person) -> bool {
    let lost = |id: &String| {
        let bare = id.trim_start_matches('0');
        let number = bare.len() < id.len() && !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit());
        number && (0..sheet.headers().len()).any(|column| sheet.value(row, column) == bare)
    };
    person.ids.values().any(lost)
}

/// How a row of the sheet is called in a list of those that were not found.
pub fn named(text: &str) -> String {
    clean::line(text, 80)
}
