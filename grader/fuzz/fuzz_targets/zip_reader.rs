//! Any bytes as a student's zip: no panic, no name that leads out, no more bytes than were told.
#![no_main]

use std::io::{Cursor, Read};

use grader::grade::intake::{Limits, read_zip};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { total: 1 << 20, file: 1 << 18, entries: 1000, ..Limits::SUBMISSION };
    let mut entries = 0;
    let _ = read_zip(Cursor::new(bytes), &limits, &mut |entry| {
        entries += 1;
        if let Ok(pieces) = &entry.name {
            assert!(pieces.iter().all(|piece| !matches!(piece.as_str(), "" | "." | "..") && !piece.contains(['/', '\\', '\0'])));
        }
        let copied = std::io::copy(&mut entry.content.take(limits.file), &mut std::io::sink());
        assert!(copied.is_err() || copied.is_ok_and(|copied| copied <= entry.size));
        Ok(())
    });
    assert!(entries <= limits.entries);
});
