//! The lab's own `main.rs`, with the solution in the place of the lab's library.

extern crate solution1 as lab1;
#[path = "../../../labs/lab1/src/main.rs"]
mod lab;

fn main() -> std::process::ExitCode {
    lab::main()
}
