//! What a class becomes for people and platforms: every file parses where it has to, says what it should, and does nothing.
#![cfg(target_os = "linux")]

#[path = "output/browser.rs"]
mod browser;
mod common;
#[path = "output/hostile.rs"]
mod hostile;
#[path = "output/platforms.rs"]
mod platforms;
#[path = "output/sample.rs"]
mod sample;
#[path = "output/sheets.rs"]
mod sheets;
#[path = "output/students.rs"]
mod students;
#[path = "output/webdriver.rs"]
mod webdriver;
