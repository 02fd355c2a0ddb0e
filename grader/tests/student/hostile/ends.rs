//! The grader is stopped in the middle of a check: the program ends with it, and what it has built goes with the next
//! run at the latest.
//!
//! The program under test connects to the test when it begins to serve: so the test knows that it is there, and, by the
//! end of that connection, that it is not there any more.

use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::student::{Copy, Lib, RIGHT, alive};

/// A program that ignores Ctrl-C and gives one byte every 50 ms, so that its check goes on and on; and a check of it.
struct Run {
    copy: Copy,
    lab: Child,
    program: BufReader<TcpStream>,
    tag: String,
}

impl Run {
    fn begin() -> Run {
        let test = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = test.local_addr().unwrap().port();
        let tells = format!(
            r#"unsafe extern "C" {{ fn signal(number: i32, handler: usize) -> usize; }}
fn tell_the_test() -> io::Result<TcpStream> {{
    for number in [1, 2, 15] {{ unsafe {{ signal(number, 1) }}; }}
    let mut test = TcpStream::connect("127.0.0.1:{port}")?;
    writeln!(test, "{{}}", std::env::var("LOOPBACK_RUN").unwrap())?;
    Ok(test)
}}"#
        );
        let dribbles = "let test = tell_the_test()?; let mut buf = [0; 1024]; loop { let n = stream.read(&mut buf)?; \
                        for byte in &buf[..n] { stream.write_all(&[*byte])?; thread::sleep(Duration::from_millis(50)); } }";
        let text = format!("{}{tells}", Lib { echo_until_eof: dribbles, ..RIGHT }.text());
        let copy = Copy::with(&text);
        let mut lab = copy.plain(env!("CARGO_BIN_EXE_lab"), &["check", "1.15"]);
        let lab = lab.process_group(0).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let (program, _) = test.accept().unwrap();
        program.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut program = BufReader::new(program);
        let mut tag = String::new();
        program.read_line(&mut tag).unwrap();
        Run { copy, lab, program, tag: tag.trim().to_string() }
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.lab)
    }

    /// The grader is dead already; the program follows it, and the next run cleans up.
    fn ends(mut self, signal: Signal) {
        assert_eq!(self.lab.wait().unwrap().signal(), Some(signal.as_raw()));
        let mut rest = Vec::new();
        // The end of the connection, or a reset: not the timeout.
        let ended = self.program.read_to_end(&mut rest);
        assert!(ended.is_ok_and(|more| more == 0), "the program is alive: {:?}", alive(&self.tag));
        assert_eq!(alive(&self.tag), [""; 0]);

        assert_eq!(self.copy.left_behind().len(), 1, "a killed process cannot clean up");
        assert!(self.copy.lab(&["check", "1.01"]).output().unwrap().status.success());
        assert_eq!(self.copy.left_behind(), [] as [PathBuf; 0]);
    }
}

#[test]
fn ctrl_c_ends_the_program_too_though_it_ignores_it() {
    let run = Run::begin();
    assert_eq!(alive(&run.tag).len(), 1);
    kill_process_group(run.pid(), Signal::INT).unwrap();
    run.ends(Signal::INT);
}

#[test]
fn a_killed_grader_takes_the_program_with_it() {
    let run = Run::begin();
    // A run in between leaves the stage of the other alone, and its program too.
    assert!(run.copy.lab(&["check", "1.01"]).output().unwrap().status.success());
    assert_eq!((run.copy.left_behind().len(), alive(&run.tag).len()), (1, 1));
    kill_process(run.pid(), Signal::KILL).unwrap();
    run.ends(Signal::KILL);
}

#[test]
fn a_killed_grader_takes_the_compiler_with_it() {
    // The compiler waits for a text that does not come: it opens the pipe for reading, and so the test can for writing.
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let copy = Copy::with(&format!("{}const _: &str = include_str!({pipe:?});", RIGHT.text()));
    let mut lab = copy.plain(env!("CARGO_BIN_EXE_lab"), &["check", "1.01"]);
    let mut lab = lab.process_group(0).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let compiler = std::fs::File::options().write(true).open(&pipe).unwrap();

    kill_process_group(Pid::from_child(&lab), Signal::INT).unwrap();
    assert_eq!(lab.wait().unwrap().signal(), Some(Signal::INT.as_raw()));
    // A pipe that nobody reads any more is an error to poll for.
    let half_a_minute = Timespec { tv_sec: 30, tv_nsec: 0 };
    let ended = poll(&mut [PollFd::new(&compiler, PollFlags::empty())], Some(&half_a_minute)).unwrap();
    assert_eq!(ended, 1, "the compiler is alive");
}
