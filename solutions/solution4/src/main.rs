//! The lab's own `main.rs`, with the solution in the place of the lab's library.

extern crate solution4 as lab4;
#[path = "../../../labs/lab4/src/main.rs"]
mod lab;

fn main() -> std::process::ExitCode {
    lab::main()
}
