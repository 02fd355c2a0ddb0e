//! `cargo grade`: a class of submissions that nobody trusts. Linux only: what keeps a program in is the kernel's.

#[cfg(target_os = "linux")]
mod command_line;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    command_line::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    eprintln!(
        "error: grading needs Linux, whose kernel keeps the programs in; try: a virtual machine or a container\n\
         (docs/src/teachers.md says how)"
    );
    std::process::ExitCode::from(3)
}
