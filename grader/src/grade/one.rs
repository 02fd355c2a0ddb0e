//! One submission: staged, built, judged lab by lab, and made a record.

mod turns;

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};

use super::intake::Found;
use super::judge::{Job, Verdicts};
use super::model::{AllSeen, LabRecord, LabStatus, Observed, Record, Status, VERSION};
use super::sandbox::{self, Fence, Tier, jail};
use super::{stop, store};
use crate::build::{
    BuildFailure, Source, Stage, StageFailure, TemporaryFolder, Toolchain, Workspace, build, stub_places,
};
use crate::labs;
use turns::Turns;

/// Wall-clock time for all checks of one lab, after which the judge itself is in trouble. Its own limits end each check
/// long before.
const LONGEST: Duration = Duration::from_secs(1200);
/// Bytes of the largest program: an unstripped lab has 4 MB.
const LARGEST: u64 = 64 * 1024 * 1024;
/// How often a lab is tried when the grader or the machine is in trouble.
const TRIES: u32 = 2;

/// What all submissions of a class have in common.
#[derive(Debug)]
pub struct Bench {
    pub workspace: Workspace,
    pub toolchain: Toolchain,
    pub tier: Tier,
    /// This program: it has the command `jail`.
    pub judge: PathBuf,
    /// Seeds of submissions are drawn from it.
    pub secret: u64,
    /// How many checks of a program run at once.
    pub at_once: usize,
    /// A case that fails is repeated until it was run so often.
    pub runs: u32,
    /// Wall-clock time for one submission, if there is a limit beyond those of its checks.
    pub longest: Option<Duration>,
    /// What the machine and the grader are: part of every key.
    pub fingerprint: String,
    /// The first line of `rustc -vV`.
    pub rustc: String,
    compilers: Turns,
}

/// A submission, ready to be judged.
#[derive(Clone, Debug, Default)]
pub struct Work {
    pub found: Found,
    /// Labs of the course.
    pub labs: Vec<u8>,
    /// A program that thinks before each answer is sent little; no submission is.
    pub small: bool,
}

impl Bench {
    pub fn new(workspace: Workspace, tier: Tier, judge: PathBuf, secret: u64) -> Result<Bench> {
        let mut toolchain = Toolchain::find()?;
        if tier != Tier::None {
            toolchain.fence = Some(Arc::new(Fence::new(&toolchain, tier, &judge)?));
        }
        let (fingerprint, rustc) = fingerprint(&toolchain)?;
        Ok(Bench {
            workspace,
            toolchain,
            tier,
            judge,
            secret,
            at_once: 4,
            runs: 1,
            longest: None,
            fingerprint,
            rustc,
            compilers: Turns::new(std::thread::available_parallelism().map_or(2, usize::from)),
        })
    }

    /// The seed of a submission's lab: the same in every run of this class, another for each student.
    pub fn seed(&self, id: &str, lab: u8) -> u64 {
        let hash = store::key(&[("secret", &self.secret.to_string()), ("id", id), ("lab", &lab.to_string())]);
        u64::from(u32::from_str_radix(&hash[..8], 16).unwrap_or(0))
    }

    /// Everything that a result depends on.
    pub fn key(&self, work: &Work) -> String {
        let status = work.found.status.as_ref().map(|(status, why)| format!("{status:?} {why}")).unwrap_or_default();
        store::key(&[
            ("content", &work.found.content),
            ("status", &status),
            ("labs", &format!("{:?} {}", work.labs, work.small)),
            ("seeds", &self.seed(&work.found.identity.id, 0).to_string()),
            ("runs", &self.runs.to_string()),
            ("tier", self.tier.as_str()),
            ("bench", &self.fingerprint),
        ])
    }

    /// Judges all of it. Trouble does not end it: it is in the record, and never a 0.
    pub fn grade(&self, work: &Work) -> Record {
        let start = Instant::now();
        let found = &work.found;
        let mut record = Record {
            version: VERSION,
            key: self.key(work),
            identity: found.identity.clone(),
            status: Status::Graded,
            message: String::new(),
            labs: Vec::new(),
            ignored: found.ignored.clone(),
            sandbox: self.tier.to_string(),
            observed: Observed::default(),
        };
        if let Some((status, why)) = &found.status {
            (record.status, record.message) = (*status, why.clone());
        } else {
            for lab in &work.labs {
                if self.longest.is_some_and(|longest| start.elapsed() > longest) {
                    let why = "the submission as a whole took longer than the course allows".to_string();
                    record.labs.push(not_judged(*lab, LabStatus::NeedsALook, why));
                    continue;
                }
                self.lab_into(&mut record, *lab, found.labs.get(lab), work.small);
            }
            if record.labs.iter().any(|lab| lab.status == LabStatus::NeedsALook) {
                record.status = Status::NeedsALook;
            }
        }
        record.observed.at = jiff::Timestamp::now().to_string();
        record.observed.seconds = start.elapsed().as_secs_f64();
        record
    }

    fn lab_into(&self, record: &mut Record, lab: u8, folder: Option<&PathBuf>, small: bool) {
        let Some(folder) = folder else {
            record.labs.push(not_judged(lab, LabStatus::Missing, String::new()));
            return;
        };
        let mut last = None;
        for turn in 0..TRIES {
            if stop::check().is_err() {
                break;
            }
            record.observed.retries += u32::from(turn > 0);
            let source = Source::Folder(folder);
            let (entry, seen, ignored) = self.lab(&record.identity.id, lab, source, small).unwrap_or_else(|error| {
                (not_judged(lab, LabStatus::NeedsALook, format!("{error:#}")), AllSeen::default(), Vec::new())
            });
            let again = entry.status == LabStatus::NeedsALook;
            last = Some((entry, seen, ignored));
            if !again {
                break;
            }
        }
        if let Some((entry, seen, ignored)) = last {
            record.labs.push(entry);
            record.observed.cases.extend(seen);
            record.ignored.extend(ignored);
        }
    }

    /// Stages, builds and judges one lab. The error is never the submission's.
    #[expect(clippy::type_complexity, reason = "three results of one step, taken apart at once")]
    fn lab(
        &self,
        id: &str,
        lab: u8,
        source: Source<'_>,
        small: bool,
    ) -> Result<(LabRecord, AllSeen, Vec<(String, String)>)> {
        let stage = match Stage::new(&self.workspace, lab, source) {
            Ok(stage) => stage,
            Err(StageFailure::Refused(why)) => {
                return Ok((not_judged(lab, LabStatus::Refused, why), AllSeen::default(), Vec::new()));
            }
            Err(StageFailure::Trouble(error)) => return Err(error),
        };
        let ignored = stage.ignored().iter().filter(|one| one.why != crate::build::Why::Same);
        let ignored = ignored.map(|one| (format!("lab{lab}/{}", one.path), one.why.to_string())).collect();
        let stubs = stub_places(&stage.lib_rs()?);
        let turn = self.compilers.take();
        let built = build(&stage, &self.toolchain);
        drop(turn);
        let program = match built {
            Ok(built) => match too_large(&built.program) {
                Some(why) => return Ok((not_judged(lab, LabStatus::Refused, why), AllSeen::default(), ignored)),
                None => Program::take(&built.program)?,
            },
            // Nobody but the machine's owner sends a compiler SIGTERM: it is about to end us, too.
            Err(BuildFailure::Compile { message }) if was_terminated(&message) => bail!("the compiler was stopped"),
            Err(BuildFailure::Compile { message }) => {
                let status = match () {
                    () if message.contains("memory allocation of ") => LabStatus::CompileOutOfMemory,
                    () => LabStatus::DoesNotCompile,
                };
                return Ok((not_judged(lab, status, message), AllSeen::default(), ignored));
            }
            Err(BuildFailure::Timeout) => {
                let limit = self.toolchain.limit.as_secs();
                let why = format!("the compiler was not done after {limit} s, and was stopped");
                return Ok((not_judged(lab, LabStatus::CompileTimeout, why), AllSeen::default(), ignored));
            }
            Err(BuildFailure::Trouble(error)) => return Err(error),
        };
        drop(stage);
        let job = Job {
            lab,
            stubs: stubs.into_iter().map(|stub| (stub.name, stub.line, stub.todo_lines)).collect(),
            seed: self.seed(id, lab),
            at_once: self.at_once,
            runs: self.runs,
            small,
            ..Job::default()
        };
        let verdicts = self.judge(&program, job)?;
        let points = verdicts.checks.iter().map(|check| check.points).sum();
        let counts = |case: &&super::model::CaseRecord| case.outcome != super::model::Outcome::NotRun;
        let cases = verdicts.checks.iter().flat_map(|check| &check.cases);
        let possible = cases.filter(counts).map(|case| case.of).sum();
        let trouble = verdicts.checks.iter().any(|check| check.outcome == super::model::Outcome::NeedsALook);
        let status = if trouble { LabStatus::NeedsALook } else { LabStatus::Graded };
        let entry = LabRecord { lab, status, message: String::new(), points, possible, checks: verdicts.checks };
        Ok((entry, verdicts.seen, ignored))
    }

    /// Runs one check of a submission so often, with the seed of its record.
    pub fn repeat(&self, work: &Work, lab: u8, check: &str, times: u32) -> Result<Verdicts> {
        let folder = work.found.labs.get(&lab).with_context(|| format!("there is no lab {lab} in the submission"))?;
        let stage = Stage::new(&self.workspace, lab, Source::Folder(folder)).map_err(|error| anyhow!("{error}"))?;
        let stubs = stub_places(&stage.lib_rs()?);
        let built = build(&stage, &self.toolchain).map_err(|error| anyhow!("{error}"))?;
        let program = Program::take(&built.program)?;
        let job = Job {
            lab,
            stubs: stubs.into_iter().map(|stub| (stub.name, stub.line, stub.todo_lines)).collect(),
            seed: self.seed(&work.found.identity.id, lab),
            checks: vec![check.to_string()],
            at_once: self.at_once,
            times,
            ..Job::default()
        };
        self.judge(&program, job)
    }

    /// Starts a judge, gives it the job, and reads its verdicts.
    pub fn judge(&self, program: &Program, job: Job) -> Result<Verdicts> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // Of this job alone: a program may be judged again, and by two judges at once, each under a user of its own.
        let etc = program.folder.path().join(format!("etc-{number}"));
        fs::create_dir(&etc).with_context(|| format!("cannot make the folder `{}`", etc.display()))?;
        fs::set_permissions(&etc, fs::Permissions::from_mode(0o755))?;
        let job = Job { program: program.path.clone(), tier: self.tier.to_string(), etc: etc.clone(), ..job };
        let bwrap = self.tier == Tier::Bwrap;
        let user = if bwrap { sandbox::next_user() } else { None };
        if let Some(user) = user {
            std::os::unix::fs::chown(&etc, Some(user), Some(user))?;
        }
        let spec = jail::Spec { user, network: bwrap, ..jail::Spec::default() };
        let mut command = Command::new(&self.judge);
        command.arg("jail").arg(spec.text()).env_clear().current_dir("/");
        command.env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let whole = crate::program::forking();
        let child = command.spawn().with_context(|| format!("cannot start `{}`", self.judge.display()))?;
        drop(whole);
        verdicts(Judge(child), &serde_json::to_string(&job)?)
    }
}

/// A judge that is killed when nobody waits for it any more; what it has started goes with it.
struct Judge(Child);

impl Drop for Judge {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn verdicts(mut judge: Judge, job: &str) -> Result<Verdicts> {
    let mut input = judge.0.stdin.take().context("no pipe to the judge")?;
    let mut output = judge.0.stdout.take().context("no pipe from the judge")?;
    let mut errors = judge.0.stderr.take().context("no pipe from the judge")?;
    input.write_all(job.as_bytes()).context("the judge does not read its job")?;
    drop(input);
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut text = Vec::new();
        let read = output.read_to_end(&mut text);
        let mut said = String::new();
        let _ = errors.read_to_string(&mut said);
        let _ = sender.send(read.map(|_| (text, said)));
    });
    let (text, said) = receiver
        .recv_timeout(LONGEST)
        .map_err(|_| anyhow!("the judge was not done after {} s", LONGEST.as_secs()))?
        .context("cannot read the verdicts")?;
    let status = judge.0.wait().context("cannot wait for the judge")?;
    ensure!(status.success(), "the judge failed ({status}): {}", said.trim());
    let mut verdicts: Verdicts = serde_json::from_slice(&text).context("the judge's verdicts make no sense")?;
    verdicts.seen.pack();
    Ok(verdicts)
}

fn not_judged(lab: u8, status: LabStatus, message: String) -> LabRecord {
    let possible = match status {
        LabStatus::NeedsALook => 0,
        _ => labs::lab(lab).map_or(0, |lab| lab.checks.iter().map(crate::check::Check::points).sum()),
    };
    LabRecord { lab, status, message, points: 0, possible, checks: Vec::new() }
}

/// As `build` ends the message of a compiler that did not end by itself; a sandbox tells a signal as a code.
fn was_terminated(message: &str) -> bool {
    ["signal: 15 (SIGTERM)\n", "exit status: 143\n"].iter().any(|end| message.ends_with(end))
}

/// A program that is larger than any lab's is its author's doing, not the grader's trouble.
fn too_large(built: &Path) -> Option<String> {
    let bytes = fs::symlink_metadata(built).ok()?.len();
    let most = LARGEST / 1024 / 1024;
    (bytes > LARGEST)
        .then(|| format!("the program has {} MB, and may have {most}; try: smaller statics", bytes / 1024 / 1024))
}

/// A program of a submission, copied out of the folder that its compiler could write to.
#[derive(Debug)]
pub struct Program {
    path: PathBuf,
    folder: TemporaryFolder,
}

impl Program {
    /// Only a regular file of a sensible size is taken; a link is not followed, a FIFO not waited for.
    pub fn take(built: &Path) -> Result<Program> {
        let flags = (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits();
        let file = fs::OpenOptions::new().read(true).custom_flags(flags as i32).open(built);
        let file = file.with_context(|| format!("cannot open `{}`", built.display()))?;
        let found = file.metadata()?;
        if !found.is_file() || found.len() > LARGEST {
            bail!("what was built is no program, or has {} bytes", found.len());
        }
        let folder = TemporaryFolder::new()?;
        let path = folder.path().join(built.file_name().context("no name")?);
        copy(file, &path).context("cannot copy the program")?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        folder.show()?;
        Ok(Program { path, folder })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// By a process of its own. A file that the grader itself had open for writing could be inherited by a process that another
/// thread starts at that moment, and until that one's exec nobody could run the copy (ETXTBSY).
fn copy(from: fs::File, to: &Path) -> Result<()> {
    let output = Command::new("cp").args(["--", "/dev/stdin"]).arg(to).stdin(from).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}

/// Grader, checks and compiler, as one word.
/// With what rustc calls itself.
fn fingerprint(toolchain: &Toolchain) -> Result<(String, String)> {
    let output = Command::new(&toolchain.rustc).arg("-vV").output().context("cannot ask rustc for its version")?;
    let version = String::from_utf8_lossy(&output.stdout).into_owned();
    let cases = |check: &crate::check::Check| {
        check.cases.iter().map(|case| format!("{}{}", case.letter, case.points)).collect::<String>()
    };
    let checks = labs::LABS.into_iter().flat_map(|lab| lab.checks);
    let checks: String = checks.map(|check| format!("{} {} {}\n", check.id, check.name, cases(check))).collect();
    let key = store::key(&[("rustc", &version), ("checks", &checks), ("grader", env!("CARGO_PKG_VERSION"))]);
    Ok((key, version.lines().next().unwrap_or_default().to_string()))
}
