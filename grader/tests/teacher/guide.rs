//! The teacher's guide does what it says: its commands parse and run, its files get written, its screens are real ones.
//!
//! With `BLESS=1` the screens in the pages are made anew, the demo's among them, which takes minutes.

mod class;
mod page;
mod runs;
mod said;
