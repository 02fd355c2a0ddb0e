//! Controls: the same fixture with the defence off, in a throw-away folder, by graders that are naive on purpose.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use grader::build::{BuildFailure, Source, Stage, Toolchain, build};
use grader::grade::doctor::arsenal::{self, Arsenal};
use grader::grade::doctor::attack::{Attack, Control, Way};
use grader::grade::doctor::run::{named, said};
use grader::grade::doctor::tampering;
use grader::grade::one::Bench;
use grader::grade::sandbox;

/// What a control needs at most.
const LIMIT: Duration = Duration::from_secs(30);

/// Shows that the attack works, or says that it did not.
pub fn control(bench: &Bench, arsenal: &Arsenal, attack: &Attack) -> Result<(), String> {
    let program = || Naive::start(arsenal, attack.program().expect("an attack by a program"));
    let holds = |shown: bool, why: &str| if shown { Ok(()) } else { Err(format!("the control shows nothing: {why}")) };
    match attack.control {
        Control::WorksForRoot if !sandbox::is_root() => Ok(()),
        Control::Works | Control::WorksForRoot if matches!(attack.way, Way::LeavesNothing(_)) => {
            let output = program().finish();
            let left = named(&arsenal.bait.left());
            left.iter().for_each(|pid| end(*pid));
            let give_up = Instant::now() + LIMIT;
            while !named(&arsenal.bait.left()).is_empty() && Instant::now() < give_up {
                std::thread::sleep(Duration::from_millis(2));
            }
            holds(!left.is_empty(), &output)
        }
        Control::Works | Control::WorksForRoot => {
            let output = freely(arsenal, attack.program().expect("an attack by a program"));
            holds(said(&output, attack.name).is_some_and(|(worked, _)| worked), &line(&output, attack.name))
        }
        Control::Exits(code) => {
            let got = program().exit_code();
            holds(got == Some(code), &format!("{got:?}"))
        }
        Control::Prints(text) => {
            let output = program().output_until(text);
            holds(output.contains(text), &output)
        }
        Control::Runs(ms) => holds(program().runs(Duration::from_millis(ms)), "it has ended"),
        Control::SameQuestion => {
            let answer = program().ask(b"hello");
            holds(answer.as_deref() == Ok(b"hello"), &format!("{answer:?}"))
        }
        Control::Leaks => leaks(bench, arsenal, attack),
        Control::Builds => builds(bench, arsenal, attack),
        Control::CargoRuns => cargo_runs(bench, arsenal),
        Control::None(_) => Ok(()),
    }
}

/// What a program prints without a sandbox; it is run once for all of its lines.
fn freely(arsenal: &Arsenal, program: &'static str) -> String {
    static KNOWN: Mutex<BTreeMap<&str, String>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(program).or_insert_with(|| Naive::start(arsenal, program).finish()).clone()
}

fn line(output: &str, name: &str) -> String {
    output.lines().find(|line| line.starts_with(name)).unwrap_or(output).to_string()
}

fn end(pid: u32) {
    if let Some(pid) = rustix::process::Pid::from_raw(pid as i32) {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}

/// A program that a shell has started: with an environment, an argument and a descriptor that are not its business.
struct Naive {
    child: Child,
    _program: PathBuf,
    _keep: grader::grade::one::Program,
}

impl Naive {
    fn start(arsenal: &Arsenal, attack: &str) -> Naive {
        let keep = arsenal.program(attack).unwrap();
        let program = keep.path().to_path_buf();
        let mut shell = Command::new("sh");
        shell
            .args(["-c", "exec 8> kept 9< kept 8> alone; \"$0\" --listen 127.0.0.1:0 2>&1 8>&-; exit $?"])
            .arg(&program);
        shell.arg(&arsenal.bait.word).env("LOOPBACK_CANARY", &arsenal.bait.word).current_dir(arsenal.bait.folder());
        shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        std::os::unix::process::CommandExt::process_group(&mut shell, 0);
        Naive { child: shell.spawn().unwrap(), _program: program, _keep: keep }
    }

    /// All that it prints until its end.
    fn finish(mut self) -> String {
        let mut text = Vec::new();
        let _ = self.child.stdout.take().unwrap().read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    }

    fn exit_code(mut self) -> Option<i32> {
        drop(self.child.stdout.take());
        let end = Instant::now() + LIMIT;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            // There is no event for a child's end with a limit.
            std::thread::sleep(Duration::from_millis(5));
        }
        None
    }

    /// What it prints until this text is among it, or it ends.
    fn output_until(mut self, wanted: &str) -> String {
        let mut stdout = self.child.stdout.take().unwrap();
        let (mut text, mut buf) = (String::new(), [0; 4096]);
        while !text.contains(wanted) && readable(&stdout, LIMIT) {
            match stdout.read(&mut buf) {
                Ok(read) if read > 0 => text.push_str(&String::from_utf8_lossy(&buf[..read])),
                _ => break,
            }
        }
        text
    }

    /// Listens, is asked, and is still there afterwards.
    fn runs(mut self, time: Duration) -> bool {
        if let Ok(mut stream) = self.connect() {
            let _ = stream.write_all(b"hello");
            let _ = stream.set_read_timeout(Some(time));
            let mut buf = [0; 5];
            if stream.read_exact(&mut buf).is_ok() && &buf == b"hello" {
                return false;
            }
        }
        self.child.try_wait().unwrap().is_none() || self.child.wait().is_ok_and(|status| status.success())
    }

    fn ask(mut self, question: &[u8]) -> Result<Vec<u8>, String> {
        let mut stream = self.connect()?;
        stream.write_all(question).map_err(|error| error.to_string())?;
        stream.set_read_timeout(Some(LIMIT)).map_err(|error| error.to_string())?;
        let mut answer = vec![0; question.len()];
        stream.read_exact(&mut answer).map_err(|error| error.to_string())?;
        Ok(answer)
    }

    fn connect(&mut self) -> Result<TcpStream, String> {
        let stdout = self.child.stdout.as_mut().unwrap();
        if !readable(stdout, Duration::from_millis(1500)) {
            return Err("it prints nothing".into());
        }
        let mut text = vec![0; 4096];
        let read = stdout.read(&mut text).unwrap_or(0);
        let text = String::from_utf8_lossy(&text[..read]).into_owned();
        let address =
            text.lines().find_map(|line| line.strip_prefix("listening on ")).ok_or(format!("prints {text}"))?;
        let address: SocketAddr = address.trim().parse().map_err(|_| address.to_string())?;
        TcpStream::connect(address).map_err(|error| error.to_string())
    }
}

fn readable(pipe: &impl rustix::fd::AsFd, most: Duration) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let most = Timespec { tv_sec: most.as_secs() as _, tv_nsec: most.subsec_nanos() as _ };
    let mut fds = [PollFd::new(pipe, PollFlags::IN)];
    poll(&mut fds, Some(&most)).is_ok_and(|count| count > 0)
}

impl Drop for Naive {
    fn drop(&mut self) {
        if let Some(group) = rustix::process::Pid::from_raw(self.child.id() as i32) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

fn stage(bench: &Bench, folder: &Path) -> Stage {
    Stage::new(&bench.workspace, 1, Source::Folder(folder)).unwrap()
}

/// The compiler as one has it at home, with a secret in its environment.
fn ordinary(arsenal: &Arsenal) -> Toolchain {
    let mut toolchain = Toolchain::find().unwrap();
    toolchain.env.push(("LOOPBACK_CANARY".into(), arsenal.bait.word.clone().into()));
    toolchain.env.push(("RUSTC_BOOTSTRAP".into(), "1".into()));
    toolchain
}

fn ordinary_build(bench: &Bench, arsenal: &Arsenal, attack: &Attack) -> Result<Vec<u8>, String> {
    let folder = arsenal::submission().unwrap();
    let text = arsenal::lib_rs(bench, &arsenal.bait, attack.name).unwrap();
    arsenal::write(folder.path(), &text).unwrap();
    match build(&stage(bench, folder.path()), &ordinary(arsenal)) {
        Ok(built) => Ok(std::fs::read(&built.program).unwrap()),
        Err(BuildFailure::Compile { message }) => Err(message),
        Err(other) => panic!("{other}"),
    }
}

fn leaks(bench: &Bench, arsenal: &Arsenal, attack: &Attack) -> Result<(), String> {
    let word = arsenal.bait.word.as_bytes();
    let shown = match ordinary_build(bench, arsenal, attack) {
        Ok(program) => program,
        Err(message) => message.into_bytes(),
    };
    let found = shown.windows(word.len()).any(|window| window == word);
    if found { Ok(()) } else { Err("an ordinary build does not show the canary".into()) }
}

fn builds(bench: &Bench, arsenal: &Arsenal, attack: &Attack) -> Result<(), String> {
    ordinary_build(bench, arsenal, attack).map(drop).map_err(|message| format!("an ordinary build fails: {message}"))
}

/// `cargo run` in the folder, as a grader would that trusts it. One run shows all of its scripts.
fn cargo_runs(bench: &Bench, arsenal: &Arsenal) -> Result<(), String> {
    static ONCE: std::sync::OnceLock<Result<(), String>> = std::sync::OnceLock::new();
    let _ = arsenal;
    let run = || {
        let bait = grader::grade::doctor::bait::Bait::new().unwrap();
        let folder = tampering::write(bench, &bait, false).unwrap();
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        for name in ["CARGO_TARGET_DIR", "RUSTC_WRAPPER", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
            cargo.env_remove(name);
        }
        cargo.args(["run", "--offline", "--bin", "lab1"]).current_dir(folder.path()).env("CARGO_HOME", bait.folder());
        let output = cargo.output().unwrap();
        let ran = tampering::touched(bait.folder());
        match ran == tampering::TOUCHED {
            true => Ok(()),
            false => Err(format!("only {ran:?} ran: {}", String::from_utf8_lossy(&output.stderr))),
        }
    };
    ONCE.get_or_init(run).clone()
}
