//! Any text as a course file: an error with a line, or a course; never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = grader::grade::policy::course::parse(text);
});
