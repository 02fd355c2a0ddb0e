//! The lab's own `main.rs`, with the solution in the place of the lab's library.

extern crate solution6 as lab6;
#[path = "../../../labs/lab6/src/main.rs"]
mod lab;

fn main() -> std::process::ExitCode {
    lab::main()
}
