//! What the tests share: a lab 1 as text, a student's copy of the workspace, and who is still alive.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use grader::build::Workspace;
use tempfile::TempDir;

/// A `lib.rs` of lab 1 that is right, but for what a test puts in a function's place.
#[derive(Clone, Copy)]
pub struct Lib {
    pub open_listener: &'static str,
    pub echo_once: &'static str,
    pub echo_until_eof: &'static str,
    pub serve: &'static str,
    /// Items beside the four functions.
    pub more: &'static str,
}

pub const RIGHT: Lib = Lib {
    open_listener: "TcpListener::bind(addr)",
    echo_once: "let n = stream.read(buf)?; stream.write_all(&buf[..n])?; Ok(n)",
    echo_until_eof: "let mut sum = 0; loop { match echo_once(stream, &mut [0; 4096])? { 0 => return Ok(sum), n => sum += n as u64 } }",
    serve: "loop { if let Ok((mut stream, _)) = listener.accept() { let _ = echo_until_eof(&mut stream); } else { thread::sleep(Duration::from_millis(5)) } }",
    more: "",
};

impl Lib {
    pub fn text(&self) -> String {
        let Lib { open_listener, echo_once, echo_until_eof, serve, more } = self;
        format!(
            "pub mod errno;
pub mod provided;
use std::io::{{self, Read, Write}};
use std::net::{{SocketAddr, TcpListener, TcpStream}};
use std::process::{{Command, Stdio, abort, exit}};
use std::thread::{{self, park}};
use std::time::Duration;

pub fn open_listener(addr: SocketAddr) -> io::Result<TcpListener> {{
    {open_listener}
}}

pub fn echo_once(stream: &mut TcpStream, buf: &mut [u8]) -> io::Result<usize> {{
    {echo_once}
}}

pub fn echo_until_eof(stream: &mut TcpStream) -> io::Result<u64> {{
    {echo_until_eof}
}}

pub fn serve(listener: &TcpListener) -> io::Result<()> {{
    {serve}
}}

fn wait_for_ever() -> ! {{
    loop {{ park() }}
}}
{more}
"
        )
    }
}

/// A student's copy of the workspace with lab 1 alone, and a folder for temporary files of its own.
pub struct Copy {
    folder: TempDir,
}

impl Copy {
    pub fn with(lib_rs: &str) -> Copy {
        let folder = tempfile::tempdir().unwrap();
        let src = folder.path().join("labs/lab1/src");
        fs::create_dir_all(&src).unwrap();
        fs::create_dir(folder.path().join("tmp")).unwrap();
        fs::write(folder.path().join("Cargo.toml"), "[workspace]\n").unwrap();
        let ours = Workspace::find().unwrap().lab(1).join("src");
        for name in ["main.rs", "provided.rs", "errno.rs"] {
            fs::copy(ours.join(name), src.join(name)).unwrap();
        }
        fs::write(src.join("lib.rs"), lib_rs).unwrap();
        Copy { folder }
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn temporary(&self) -> PathBuf {
        self.root().join("tmp")
    }

    /// `cargo lab` in this copy.
    pub fn lab(&self, args: &[&str]) -> Command {
        self.command(env!("CARGO_BIN_EXE_lab"), args)
    }

    pub fn command(&self, program: &str, args: &[&str]) -> Command {
        Command::from_std(self.plain(program, args))
    }

    /// The same as a command of std's, to be started and not waited for.
    pub fn plain(&self, program: &str, args: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new(program);
        command.args(args).current_dir(self.root()).env("TMPDIR", self.temporary()).env("NO_COLOR", "1");
        command
    }

    /// The folders that builds have left behind.
    pub fn left_behind(&self) -> Vec<PathBuf> {
        fs::read_dir(self.temporary()).unwrap().map(|entry| entry.unwrap().path()).collect()
    }
}

/// The processes that have this tag in their environment, with their command lines.
pub fn alive(tag: &str) -> Vec<String> {
    let wanted = format!("LOOPBACK_RUN={tag}");
    let has_it = |pid: &u32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|entry| entry == wanted.as_bytes())
    };
    let command =
        |pid: u32| format!("{pid}: {}", fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default());
    grader::proc::everybody().into_iter().filter(has_it).map(command).collect()
}
