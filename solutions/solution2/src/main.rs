//! The lab's own `main.rs`, with the solution in the place of the lab's library.

extern crate solution2 as lab2;
#[path = "../../../labs/lab2/src/main.rs"]
mod lab;

fn main() -> std::process::ExitCode {
    lab::main()
}
