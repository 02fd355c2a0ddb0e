//! Any bytes as a name of each platform, as a roster, as Gradescope's metadata, as a list of repositories.
#![no_main]

use std::path::Path;

use grader::grade::intake::entry::{What, pieces, plain, shown};
use grader::grade::intake::{Limits, gradescope, identity, names, place, repositories, roster};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    assert!(!shown(bytes).chars().any(char::is_control));
    if let Ok(pieces) = pieces(bytes, What::File, &Limits::SUBMISSION) {
        assert!(pieces.iter().all(|piece| !piece.contains(['/', '\\', '\0']) && piece != ".."));
    }
    let _ = roster::parse(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    assert!(!plain(text).chars().any(char::is_control));
    let _ = (names::moodle(text), names::canvas(text), names::canvas_try(text), names::lab_in(text), place::lab_of(text));
    let _ = (gradescope::parse(text), repositories::list(text, Path::new("/class")));
    let id = identity::of(text);
    assert!(!id.is_empty() && id.len() <= 64 && !id.starts_with(['.', '-']), "{id}");
    assert!(id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-')), "{id}");
});
