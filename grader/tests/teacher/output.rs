//! What a class becomes for people and platforms: every file parses where it has to, says what it should, and does nothing.

mod browser;
mod hostile;
mod platforms;
mod sample;
mod sheets;
mod students;
mod webdriver;
