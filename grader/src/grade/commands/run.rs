//! `cargo grade SUBMISSIONS`: reads them, judges what is new, writes what people read.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use indicatif::{ProgressBar, ProgressStyle};

use super::{Done, Ends, exit, export};
use crate::build::Workspace;
use crate::grade::class::{self, Progress, Step};
use crate::grade::model::{Record, Status};
use crate::grade::one::{Bench, Work};
use crate::grade::orphans;
use crate::grade::output::clean;
use crate::grade::preflight::preflight;
use crate::grade::sandbox::{self, Tier};
use crate::grade::session::{Passed, Session};
use crate::grade::shard::{Asked, Shard, passed};
use crate::grade::{stop, store};
use crate::workbook::{complain, println};

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub submissions: PathBuf,
    pub out: PathBuf,
    pub course: Option<PathBuf>,
    pub roster: Option<PathBuf>,
    /// `bwrap` if nothing is said.
    pub tier: Option<Tier>,
    /// Submissions at once.
    pub jobs: Option<usize>,
    pub skip_preflight: bool,
    /// Right and unusual programs too, before the class.
    pub variants: bool,
    /// A part of the class; all of it if nothing is said.
    pub shard: Option<Asked>,
}

/// Grades a class.
pub fn run(workspace: &Workspace, options: &Options) -> Done {
    stop::listen();
    let tier = options.tier.unwrap_or(Tier::Bwrap);
    let shard = match options.shard {
        Some(Asked::Part(shard)) => shard,
        Some(Asked::Auto) => Shard::auto(&|name| std::env::var(name).ok())?,
        None => Shard::WHOLE,
    };
    sandbox::available(tier).map_err(|why| Ends::with(exit::NO_SANDBOX, why))?;
    let mut session = Session::open_part(&options.out, options.course.as_deref(), shard)?;
    session.take(&options.submissions, options.roster.as_deref())?;
    tell_intake(&session);
    let works = session.works();
    grade(workspace, &mut session, &works, tier, options, &|_| false)
}

/// Judges what is to be judged, and writes what people read.
pub fn grade(
    workspace: &Workspace,
    session: &mut Session,
    works: &[Work],
    tier: Tier,
    options: &Options,
    again: &(dyn Fn(&str) -> bool + Sync),
) -> Done {
    stop::listen();
    let bench = bench(workspace, session, tier)?;
    let jobs = options.jobs.or(session.course.run.jobs.map(|jobs| jobs as usize)).unwrap_or_else(default_jobs);
    let mut todo = 0;
    for work in works {
        // A result that this grader must not touch is found before anything is done.
        let kept = class::kept(&bench, &session.store, work)?;
        todo += usize::from(kept.is_none() || again(&work.found.identity.id));
    }
    if !options.skip_preflight && todo > 0 {
        look_before(&bench, session, jobs, options.variants)?;
    }
    let bar = bar(works.len());
    let done = |progress: Progress, step: &Step| {
        if !step.kept {
            session.note_step(step)?;
        }
        tell(&bar, progress, step);
        Ok(())
    };
    let records = class::grade(&bench, &session.store, works, jobs, again, &done).map_err(stopped)?;
    bar.finish_and_clear();
    session.listing.sandbox = tier.to_string();
    session.listing.graded_at = jiff::Timestamp::now().to_string();
    session.save().map_err(stopped)?;
    let file = session.shard_file(&bench.rustc, &records);
    file.write(&session.out).map_err(stopped)?;
    let looks = class::need_a_look(&records).len();
    match session.shard.is_whole() {
        true => export::everything(session).map_err(stopped)?,
        false => tell_part(session, file.submissions.len(), &records),
    }
    if looks > 0 {
        complain(&format!(
            "{looks} of {} need a look: through no fault of theirs; try: the same command again",
            records.len()
        ));
    }
    Ok(ExitCode::from(if looks > 0 { exit::TROUBLE } else { exit::OK }))
}

/// What was graded until then is kept.
fn stopped(why: anyhow::Error) -> Ends {
    Ends::with(exit::TROUBLE, why.context("stopped; what is graded until now is kept"))
}

pub fn bench(workspace: &Workspace, session: &Session, tier: Tier) -> Result<Bench> {
    orphans::end();
    let judge = std::env::current_exe().context("cannot find this program")?;
    let mut bench = Bench::new(workspace.clone(), tier, judge, session.secret())?;
    bench.runs = session.course.run.unsteady.max(1);
    if let Some(seconds) = session.course.run.compile_timeout {
        bench.toolchain.limit = Duration::from_secs(seconds);
    }
    bench.longest = session.course.run.submission_timeout.map(Duration::from_secs);
    Ok(bench)
}

/// Programs mostly wait, wrong ones above all: four times as many as there are processors keep those busy.
pub fn default_jobs() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from).saturating_mul(4).clamp(2, 32)
}

/// What a part says in the place of a table: marks are the whole class's.
fn tell_part(session: &Session, of: usize, records: &[Record]) {
    let (shard, folder) = (session.shard, clean::line(&session.out.display().to_string(), 60));
    println(&format!("part {shard}: {} of {of} submissions, in {folder}/results", records.len()));
    println(&format!("next: when all parts have ended, cargo grade merge {folder} --out CLASS"));
}

fn look_before(bench: &Bench, session: &mut Session, jobs: usize, variants: bool) -> Result<(), Ends> {
    let of = store::key(&[
        ("bench", &bench.fingerprint),
        ("tier", bench.tier.as_str()),
        ("labs", &format!("{:?} {variants}", session.labs())),
    ]);
    let whole = session.shard.is_whole();
    let known = || if whole { session.listing.passed.clone() } else { passed::read(&session.out, &of) };
    let _turn = if whole || known().is_some() { None } else { passed::turn(&of) };
    if known().is_some_and(|passed| passed.of == of && is_fresh(&passed.at)) {
        complain("preflight: right programs passed here within the last hour");
        return Ok(());
    }
    complain("preflight: do right programs pass here, now?");
    let problems = preflight(bench, &session.labs(), variants, jobs)?;
    stop::check().map_err(stopped)?;
    session.listing.preflight = problems.clone();
    if problems.is_empty() {
        let now = Passed { of, at: jiff::Timestamp::now().to_string() };
        if !whole {
            return Ok(passed::write(&session.out, &now)?);
        }
        session.listing.passed = Some(now);
        return Ok(session.save()?);
    }
    passed::forget(&session.out, &of);
    session.listing.passed = None;
    session.save()?;
    let text = problems.join("\n  ");
    let why = anyhow!(
        "right programs do not pass on this machine, so nothing was graded:\n  {text}\ntry: cargo grade doctor"
    );
    Err(Ends::with(exit::TROUBLE, why))
}

/// Within the hour: who grades one that came late need not wait for all solutions again.
fn is_fresh(at: &str) -> bool {
    let Ok(at) = at.parse::<jiff::Timestamp>() else { return false };
    (0..3600).contains(&jiff::Timestamp::now().duration_since(at).as_secs())
}

fn tell_intake(session: &Session) {
    let listing = &session.listing;
    let (found, absent) = (listing.submissions.len(), listing.absent.len());
    println(&format!(
        "{}: {}; {found} submissions, {absent} absent",
        clean::line(&listing.from, clean::LINE),
        listing.layout
    ));
    for note in &listing.notes {
        println(&format!("  note: {}", clean::line(note, clean::LINE)));
    }
    for (place, why) in &listing.unplaced {
        println(&format!("  NOT PLACED: {}: {}", clean::line(place, clean::LINE), clean::line(why, clean::LINE)));
    }
}

fn bar(of: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos} of {len}, {elapsed} so far, about {eta} to go  {msg}");
    ProgressBar::new(of as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn tell(bar: &ProgressBar, progress: Progress, step: &Step) {
    let record = &step.record;
    bar.set_position(progress.done as u64);
    bar.set_message(record.identity.id.clone());
    if bar.is_hidden() && !step.kept {
        let points: u32 = record.labs.iter().map(|lab| lab.points).sum();
        let word = if record.status == Status::Graded { format!("{points} points") } else { "not graded".to_string() };
        complain(&format!("[{} of {}] {}: {word}", progress.done, progress.of, record.identity.id));
    }
}

/// The folder of the demo: made, graded, shown.
pub fn demo(workspace: &Workspace, options: &Options) -> Done {
    let folder = options.out.join("class");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("cannot remove `{}`", folder.display()))?;
    }
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    crate::grade::demo::write(workspace, &folder)?;
    // All of it is our own code: where there is no sandbox it runs without, and every report says so.
    let tier = options.tier.unwrap_or_else(|| match sandbox::available(Tier::Bwrap) {
        Ok(()) => Tier::Bwrap,
        Err(why) => {
            complain(&format!("no sandbox: {why:#}\nthe demo is our own code, so it runs without one"));
            Tier::None
        }
    });
    let options = Options {
        submissions: folder.join("submissions"),
        out: options.out.join("graded"),
        course: Some(folder.join("course.toml")),
        roster: Some(folder.join("roster.csv")),
        tier: Some(tier),
        ..options.clone()
    };
    let code = run(workspace, &options)?;
    println(&format!("\nOpen {}", shown(&options.out.join("report.html"))));
    Ok(code)
}

fn shown(path: &Path) -> String {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()).display().to_string()
}
