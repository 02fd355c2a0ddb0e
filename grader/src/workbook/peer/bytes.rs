//! Texts on the command line, as bytes.

use crate::workbook::talk::unescaped;

/// `\n \r \t \0 \\` and `\x41` are bytes.
pub fn parse(text: &str) -> Result<Bytes, String> {
    Ok(Bytes(unescaped(text.as_bytes())))
}

/// The bytes of a text that was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);
