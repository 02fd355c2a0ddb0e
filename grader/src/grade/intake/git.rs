//! Submissions in git: the files of one commit of a repository or bundle.
//!
//! A repository is data of somebody else's. It is fetched into a bare one of ours, with a configuration of ours, and its
//! files are read as objects: there is never a checkout, so no hook, filter, submodule or link of it comes to life.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Resource, Rlimit, prlimit};

use super::entry::{Entry, Trouble, Visit, What, pieces, shown};
use super::limits::{GIT_FILE, GIT_SECONDS, Limits};
use super::repositories::{Line, Place};

/// A bare repository of ours that holds what was fetched.
pub struct Fetched {
    folder: PathBuf,
    commit: String,
}

/// Fetches one line's commit into `folder`, which is made. Trouble is a sentence about the repository.
pub fn fetch(line: &Line, folder: &Path) -> Result<Fetched, Trouble> {
    let (url, transport) = match &line.place {
        Place::Https(url) => (url.clone(), "https"),
        Place::Path(path) => (local(path)?, "file"),
    };
    std::fs::create_dir_all(folder.join("home")).context("cannot make a folder for a repository")?;
    run(&mut git(folder, "file", &["init", "--quiet", "--bare", "--template=", "repo.git"]))?;
    let wanted = format!("+{}:refs/loopback/taken", line.commit.as_deref().unwrap_or("HEAD"));
    let mut command = git(folder, transport, &["--git-dir=repo.git", "fetch", "--quiet", "--no-tags"]);
    command.args(["--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-gc", "--", &url, &wanted]);
    run(&mut command)?;
    let commit = run(&mut git(
        folder,
        transport,
        &["--git-dir=repo.git", "rev-parse", "--verify", "refs/loopback/taken^{commit}"],
    ))?;
    Ok(Fetched { folder: folder.to_path_buf(), commit: commit.trim().to_string() })
}

/// Links are not followed: a student could place one that leads to somebody else's repository.
fn local(path: &Path) -> Result<String, Trouble> {
    let found = std::fs::symlink_metadata(path);
    if !found.as_ref().is_ok_and(|found| found.is_dir() || found.is_file()) {
        return Err(Trouble::Bad(format!(
            "there is no repository or bundle at `{}`",
            shown(path.as_os_str().as_encoded_bytes())
        )));
    }
    if std::fs::symlink_metadata(path.join(".git")).is_ok_and(|found| !found.is_dir()) {
        return Err(Trouble::Bad("its `.git` is not a folder: it would lead to another repository".to_string()));
    }
    path.to_str().map(str::to_string).ok_or_else(|| Trouble::Bad("its path is not UTF-8".to_string()))
}

impl Fetched {
    /// What the records should call this commit.
    pub fn commit(&self) -> &str {
        &self.commit
    }

    /// Calls `visit` for each file of the commit, in git's order.
    pub fn read(&self, limits: &Limits, visit: &mut Visit<'_>) -> Result<(), Trouble> {
        let tree = run(&mut self.git(&["ls-tree", "-r", "-z", "--long", "--full-tree", &self.commit]))?;
        let mut batch = Batch::start(&mut self.git(&["cat-file", "--batch"]))?;
        for (seen, line) in tree.split_terminator('\0').enumerate() {
            if seen >= limits.entries {
                return Err(Trouble::Bad(format!("it has more than {} files", limits.entries)));
            }
            batch.one(line, limits, visit)?;
        }
        Ok(())
    }

    fn git(&self, args: &[&str]) -> Command {
        let mut all = vec!["--git-dir=repo.git"];
        all.extend_from_slice(args);
        // The names of files are bytes; `run` reads text, so let git keep them apart with NUL and quote nothing.
        git(&self.folder, "file", &all)
    }
}

/// git with nothing of this machine's: neither its configuration nor its environment, nor anything that runs a program.
fn git(folder: &Path, transport: &str, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    for (key, value) in [
        ("PATH", std::env::var_os("PATH").unwrap_or_default()),
        ("HOME", folder.join("home").into_os_string()),
        ("GIT_CONFIG_NOSYSTEM", "1".into()),
        ("GIT_CONFIG_GLOBAL", "/dev/null".into()),
        ("GIT_CEILING_DIRECTORIES", folder.as_os_str().to_owned()),
        ("GIT_TERMINAL_PROMPT", "0".into()),
        ("GIT_ASKPASS", "true".into()),
        // Unlike `-c`, it reaches the process that git starts in the other repository.
        ("GIT_ALLOW_PROTOCOL", transport.into()),
        ("GIT_NO_LAZY_FETCH", "1".into()),
        ("GIT_NO_REPLACE_OBJECTS", "1".into()),
        ("LC_ALL", "C".into()),
    ] {
        command.env(key, value);
    }
    let allow = format!("protocol.{transport}.allow=always");
    for setting in [
        "protocol.allow=never",
        &allow,
        "core.hooksPath=/dev/null",
        "core.fsmonitor=false",
        "core.askPass=true",
        "credential.helper=",
        "fetch.fsckObjects=true",
        "fetch.unpackLimit=1",
        "gc.auto=0",
        "maintenance.auto=false",
        "submodule.recurse=false",
    ] {
        command.args(["-c", setting]);
    }
    command.args(args);
    command
}

/// Runs one git to its end, within its time and with files of at most [`GIT_FILE`] bytes; what it said is the sentence.
fn run(command: &mut Command) -> Result<String, Trouble> {
    let mut child = start(command)?;
    let (send, receive) = mpsc::channel();
    let out = drain(child.stdout.take(), Limits::SUBMISSION.total, send.clone());
    let err = drain(child.stderr.take(), 64 * 1024, send);
    for _ in 0..2 {
        if receive.recv_timeout(Duration::from_secs(GIT_SECONDS)).is_err() {
            let _ = child.kill();
            let _ = child.wait();
            return Err(Trouble::Bad(format!("git did not end within {GIT_SECONDS} s")));
        }
    }
    let status = child.wait().context("cannot wait for git")?;
    let (out, err) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
    if status.success() {
        return Ok(text(&out));
    }
    let told = String::from_utf8_lossy(&err);
    let line = told.lines().rev().find(|line| line.starts_with("fatal:") || line.starts_with("error:"));
    Err(Trouble::Bad(format!("git cannot read it: {}", shown(line.unwrap_or("no reason given").as_bytes()))))
}

/// Keeps bytes that are not UTF-8 apart, as `%XX`, for nothing here needs them whole.
fn text(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| out.push_str(&format!("%{byte:02X}")));
    }
    out
}

fn start(command: &mut Command) -> Result<Child> {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.context("cannot start git; try: install git, or hand in archives")?;
    if let Some(pid) = Pid::from_raw(child.id().cast_signed()) {
        let most = Rlimit { current: Some(GIT_FILE), maximum: Some(GIT_FILE) };
        // It may have ended by now.
        let _ = prlimit(Some(pid), Resource::Fsize, most);
    }
    Ok(child)
}

/// Reads a pipe to its end, keeps the beginning, and says when it has ended.
fn drain(
    pipe: Option<impl Read + Send + 'static>,
    most: u64,
    done: mpsc::Sender<()>,
) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.by_ref().take(most).read_to_end(&mut kept);
            let _ = std::io::copy(&mut pipe, &mut std::io::sink());
        }
        let _ = done.send(());
        kept
    })
}

/// `git cat-file --batch`: asked for one object at a time.
struct Batch {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Batch {
    fn start(command: &mut Command) -> Result<Batch> {
        let mut child = start(command.stdin(Stdio::piped()))?;
        let answers = BufReader::new(child.stdout.take().context("git has no output")?);
        Ok(Batch { child, answers })
    }

    /// `<mode> <type> <hash> <size>\t<path>`
    fn one(&mut self, line: &str, limits: &Limits, visit: &mut Visit<'_>) -> Result<(), Trouble> {
        let (about, path) = line.split_once('\t').context("git lists a file in another form")?;
        let words: Vec<&str> = about.split_whitespace().collect();
        let [mode, _, hash, size] = words[..] else {
            return Err(anyhow::anyhow!("git lists a file in another form").into());
        };
        let what = match mode {
            "100644" | "100755" | "100664" => What::File,
            "120000" => What::Link,
            _ => What::Other,
        };
        let name = pieces(path.as_bytes(), what, limits);
        let size: u64 = size.parse().unwrap_or(0);
        if name.is_err() || size > limits.file {
            return visit(Entry { name, folder: false, size, content: &mut std::io::empty() });
        }
        self.ask(hash)?;
        let mut content = (&mut self.answers).take(size);
        visit(Entry { name, folder: false, size, content: &mut content })?;
        // What was not read, and the newline behind it.
        std::io::copy(&mut content, &mut std::io::sink()).context("cannot read from git")?;
        let mut newline = [0];
        self.answers.read_exact(&mut newline).context("cannot read from git")?;
        Ok(())
    }

    fn ask(&mut self, hash: &str) -> Result<()> {
        let asked = self.child.stdin.as_mut().map(|stdin| writeln!(stdin, "{hash}").and_then(|()| stdin.flush()));
        asked.context("git has no input")?.context("cannot write to git")?;
        let mut answer = String::new();
        (&mut self.answers).take(256).read_line(&mut answer).context("cannot read from git")?;
        ensure!(answer.split_whitespace().nth(1) == Some("blob"), "git does not find an object that it has listed");
        Ok(())
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// git does not read repositories of other users: the machine's doing, to be mended with `chown` or a bundle.
pub fn is_ownership(why: &str) -> bool {
    why.contains("dubious ownership")
}
