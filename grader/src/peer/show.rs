//! Bytes as a person can compare them: escaped, runs counted, cut around the first difference and never on one side
//! only.

use crate::check::Kind;
use crate::lab::Fail;
use crate::payload::Payload;
use crate::texts::say;

/// How many bytes of a longer text are shown around a difference.
const WINDOW: usize = 24;

/// `25 165 824`: groups of three.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// `12 bytes`, `1 byte`
pub(super) fn count(bytes: usize) -> String {
    if bytes == 1 {
        say!("seen/common/1_byte").to_string()
    } else {
        say!("seen/common/bytes", count = grouped(bytes as u64))
    }
}

/// Text in quotes where it is text, else hexadecimal; long runs of one byte counted.
pub fn show_bytes(bytes: &[u8]) -> String {
    show_as(bytes, is_text(bytes))
}

/// The first `most` bytes, as text if all of them look like text.
pub fn show_first(bytes: &[u8], most: usize) -> String {
    show_as(&bytes[..most.min(bytes.len())], is_text(bytes))
}

fn is_text(bytes: &[u8]) -> bool {
    let printable = |byte: &&u8| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\r' | b'\n' | b'\t' | 0);
    bytes.iter().filter(printable).count() * 4 >= bytes.len() * 3
}

fn show_as(bytes: &[u8], text: bool) -> String {
    if !text {
        return bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
    }
    let mut parts: Vec<String> = Vec::new();
    let mut plain = String::new();
    for run in bytes.chunk_by(|a, b| a == b) {
        if run.len() >= 8 {
            if !plain.is_empty() {
                parts.push(format!("\"{}\"", std::mem::take(&mut plain)));
            }
            parts.push(format!("{} x \"{}\"", run.len(), escape(&run[..1])));
        } else {
            plain.push_str(&escape(run));
        }
    }
    if !plain.is_empty() || parts.is_empty() {
        parts.push(format!("\"{plain}\""));
    }
    parts.join(" ")
}

fn escape(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| match byte {
            0 => "\\0".to_string(),
            b'\'' => "'".to_string(),
            byte => byte.escape_ascii().to_string(),
        })
        .collect()
}

/// The finding that fits two byte strings which should be the same.
pub fn bytes_differ(want: &[u8], got: &[u8]) -> Fail {
    let same = want.iter().zip(got).take_while(|(want, got)| want == got).count();
    let kind = match () {
        () if got.is_empty() => Kind::NoAnswer,
        () if same == got.len() => Kind::ShortAnswer,
        () if same == want.len() => Kind::ExtraBytes,
        () => Kind::WrongBytes,
    };
    let text = is_text(want) && (is_text(got) || got.len() < 4);
    let from = if same < WINDOW { 0 } else { same - WINDOW / 2 };
    let window = |bytes: &[u8]| {
        let end = (from + WINDOW * if text { 2 } else { 1 }).min(bytes.len());
        let (before, after) = (if from > 0 { ".. " } else { "" }, if end < bytes.len() { " .." } else { "" });
        format!("{:<9} {before}{}{after}", count(bytes.len()), show_as(&bytes[from.min(end)..end], text))
    };
    let fail = Fail::new(kind).want(window(want)).got(if got.is_empty() {
        say!("seen/common/0_bytes").into()
    } else {
        window(got)
    });
    match kind {
        Kind::WrongBytes => {
            fail.note(say!("seen/common/the_first_are_right_byte_is", same = count(same), same2 = same + 1))
        }
        Kind::ExtraBytes => fail.note(say!(
            "seen/common/too_many_after_right_ones",
            count = grouped((got.len() - want.len()) as u64),
            same
        )),
        _ => fail,
    }
}

/// The finding for a stream that should be `want` and has other bytes from `at` on.
pub fn payload_differs(want: &Payload, at: u64, got: &[u8]) -> Fail {
    let shown = &got[..got.len().min(8)];
    if at >= want.len {
        return Fail::new(Kind::ExtraBytes)
            .want(say!("seen/common/bytes_and_no_more", want = grouped(want.len)))
            .got(say!("seen/common/more_bytes_behind_them", shown = show_as(shown, false)));
    }
    let place = say!("seen/common/byte", at = grouped(at));
    let fail = |kind| {
        Fail::new(kind)
            .want(format!("{place} {}", show_as(&want.part(at, 8), false)))
            .got(format!("{place} {}", show_as(shown, false)))
    };
    let probe = &got[..got.len().min(16)];
    let ahead = (probe.len() >= 8).then(|| want.find(probe, at + 1, 8 * 1024 * 1024)).flatten();
    let behind = || want.find(probe, at.saturating_sub(1024 * 1024), 1024 * 1024 + 16).filter(|&place| place < at);
    match ahead {
        Some(there) => fail(Kind::LostBytes).note(say!(
            "seen/common/bytes_are_missing_here_these_belong",
            at = grouped(there - at),
            there = grouped(there)
        )),
        None if probe.len() >= 8 => match behind() {
            Some(there) => fail(Kind::ExtraBytes)
                .note(say!("seen/common/these_bytes_have_come_before_they", there = grouped(there))),
            None => fail(Kind::WrongBytes),
        },
        None => fail(Kind::WrongBytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_as_a_person_reads_them() {
        assert_eq!(show_bytes(b"Hello\r\n"), r#""Hello\r\n""#);
        assert_eq!(show_bytes(b"hi\0\0\0\0\0\0\0\0\0\0"), r#""hi" 10 x "\0""#);
        assert_eq!(show_bytes(&[0x9f, 0x3a, 0x80, 0xc4]), "9f 3a 80 c4");
        assert_eq!(show_bytes(b""), r#""""#);
        assert_eq!(grouped(25_165_824), "25 165 824");
        assert_eq!(grouped(100), "100");
    }
}
