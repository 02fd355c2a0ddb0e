//! The command line of `cargo grade`.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use grader::build::Workspace;
use grader::grade::commands::change::Decision;
use grader::grade::commands::{Done, Ends, appeal, change, emit, exit, export, gradescope, run};
use grader::grade::emit::Emit;
use grader::grade::one::Bench;
use grader::grade::policy::audit;
use grader::grade::policy::changes::Change;
use grader::grade::sandbox::{Tier, jail};
use grader::grade::session::Session;
use grader::grade::shard::Asked;
use grader::grade::{doctor, judge, merge, pack, plan, stop};
use grader::runner::hide_own_panics;
use grader::workbook::{complain, println};

/// Grades a class: reads what the platform let you download, judges each program in a sandbox, gives marks back.
#[derive(Parser)]
#[command(name = "cargo grade", bin_name = "cargo grade", version, disable_help_subcommand = true)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
#[command(after_help = "First steps: cargo grade demo, then docs/src/teachers.md")]
struct Cli {
    #[command(flatten)]
    grade: Grade,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args)]
struct Grade {
    /// A folder, an archive, or a list of repositories: what the platform let you download
    submissions: Option<PathBuf>,
    /// Where results go
    #[arg(long, default_value = "graded")]
    out: PathBuf,
    /// The course's rules (TOML); kept in the folder of results
    #[arg(long)]
    course: Option<PathBuf>,
    /// The class list (CSV)
    #[arg(long)]
    roster: Option<PathBuf>,
    /// How programs are kept in: bwrap, uid, none; never a weaker one by itself
    #[arg(long)]
    sandbox: Option<Tier>,
    /// Submissions at once
    #[arg(long)]
    jobs: Option<usize>,
    /// Do not try the solutions on this machine first
    #[arg(long)]
    skip_preflight: bool,
    /// Before the class, try right but unusual programs too
    #[arg(long)]
    variants: bool,
    /// Only part M of N, counted from 0; auto: the part that Slurm, Kubernetes or Actions has given
    #[arg(long, value_name = "M/N|auto")]
    shard: Option<Asked>,
}

#[derive(Args)]
struct Out {
    /// The folder of results
    #[arg(long, default_value = "graded")]
    out: PathBuf,
}

#[derive(Args)]
struct Why {
    /// Why; it is kept in the log
    #[arg(long)]
    reason: String,
    /// A mark may become lower
    #[arg(long)]
    allow_lower: bool,
    /// Only show what would change
    #[arg(long)]
    dry_run: bool,
}

#[derive(Subcommand)]
enum Command {
    /// A class of 24 made of our own programs: what a graded class looks like
    Demo {
        /// Where the class and its results go
        #[arg(long, default_value = "demo")]
        out: PathBuf,
        /// As for a class; without bubblewrap the demo runs without, and says so
        #[arg(long)]
        sandbox: Option<Tier>,
        /// Submissions at once
        #[arg(long)]
        jobs: Option<usize>,
    },
    /// Write table, report and feedback again, as after new manual points
    Report {
        #[command(flatten)]
        out: Out,
    },
    /// For moodle, canvas, gradescope, classroom50, junit, actions, jplag, dolos; or to share
    Export {
        /// moodle, canvas: fill in the sheet that they gave you; the others: see the guide
        what: String,
        /// The sheet that the platform gave you (moodle, canvas)
        #[arg(long)]
        sheet: Option<PathBuf>,
        /// Title or number of the assignment in the gradebook (canvas)
        #[arg(long, default_value = "", hide_default_value = true)]
        assignment: String,
        #[command(flatten)]
        out: Out,
    },
    /// Change what a check counts for everybody, or judge it again
    #[command(group = clap::ArgGroup::new("how").required(true))]
    Regrade {
        /// Its number, such as 3.14
        #[arg(long)]
        check: String,
        /// It counts for nobody
        #[arg(long, group = "how")]
        void: bool,
        /// Everybody has its points
        #[arg(long, group = "how")]
        full_marks: bool,
        /// Take `--void` or `--full-marks` back
        #[arg(long, group = "how")]
        restore: bool,
        /// Judge again whoever did not pass it
        #[arg(long, group = "how")]
        rerun: bool,
        /// Only this student (with --rerun)
        #[arg(long)]
        student: Option<String>,
        /// As for a class; the same as before if nothing is said
        #[arg(long)]
        sandbox: Option<Tier>,
        #[command(flatten)]
        why: Why,
        #[command(flatten)]
        out: Out,
    },
    /// Set a mark by hand: a student's total, lab3 or 1.09
    Override {
        /// Id, e-mail address, number or name
        student: String,
        /// total, a lab (lab3) or a check (1.09)
        target: String,
        /// Points; without them the override is taken back
        points: Option<String>,
        #[command(flatten)]
        why: Why,
        #[command(flatten)]
        out: Out,
    },
    /// Keep a student's mark back, or let it go again
    Hold {
        /// Id, e-mail address, number or name
        student: String,
        /// Let it go again
        #[arg(long)]
        release: bool,
        #[command(flatten)]
        why: Why,
        #[command(flatten)]
        out: Out,
    },
    /// For an appeal: one check of one student again, with the seed that was kept
    Check {
        /// Id, e-mail address, number or name
        student: String,
        /// The check's number, such as 1.09
        id: String,
        /// So many runs
        #[arg(long, default_value_t = 1)]
        times: u32,
        /// As for a class; the same as before if nothing is said
        #[arg(long)]
        sandbox: Option<Tier>,
        #[command(flatten)]
        out: Out,
    },
    /// Whether the sandbox holds here: attacks on it, and right programs while the machine is busy
    Doctor {
        #[arg(long, default_value = "bwrap")]
        sandbox: Tier,
        /// The solutions only, not every unusual right program
        #[arg(long)]
        quick: bool,
    },
    /// Job files for several machines: slurm, k8s, github
    Emit(Emit),
    /// Whether the log of who did what is whole
    Audit {
        #[command(flatten)]
        out: Out,
    },
    /// The repository to hand out: no solutions, nothing of the teacher's
    Pack {
        /// A new folder for it
        #[arg(long)]
        out: PathBuf,
        /// With all crates, for a room without a network
        #[arg(long)]
        vendor: bool,
    },
    /// Make Gradescope's autograder, or (in its container) grade a submission
    Gradescope {
        /// Write the zip here
        #[arg(long)]
        zip: Option<PathBuf>,
        #[arg(long)]
        submission: Option<PathBuf>,
        #[arg(long)]
        metadata: Option<PathBuf>,
        #[arg(long)]
        course: Option<PathBuf>,
        /// The folder with the pristine labs
        #[arg(long)]
        labs: Option<PathBuf>,
        #[arg(long, default_value = "uid")]
        sandbox: Tier,
        #[arg(long)]
        jobs: Option<usize>,
        #[arg(long, default_value = "results.json")]
        out: PathBuf,
    },
    /// One class from the parts that several machines have graded
    Merge {
        /// Folders of results with parts of the class; one that parts share is given once
        #[arg(required = true)]
        folders: Vec<PathBuf>,
        /// The folder of results of the whole class; it may be the one that parts share
        #[arg(long)]
        out: PathBuf,
        /// Go on without the results that are not there; their marks stay open
        #[arg(long)]
        allow_missing: bool,
    },
    /// What each part of a class has to do, the longest first, as JSON
    Plan {
        /// As for grading
        submissions: PathBuf,
        /// So many parts
        #[arg(long, required_unless_present = "within")]
        shards: Option<u32>,
        /// As few parts as are done within so many minutes
        #[arg(long, value_name = "MINUTES", conflicts_with = "shards")]
        within: Option<u32>,
        /// The folder of results of the last run, which knows how long each took
        #[arg(long, value_name = "OUT")]
        last: Vec<PathBuf>,
        /// As for grading
        #[arg(long)]
        course: Option<PathBuf>,
        /// As for grading
        #[arg(long)]
        roster: Option<PathBuf>,
    },
    /// A process of the grader itself
    #[command(hide = true)]
    Jail {
        #[arg(long)]
        probe: bool,
        spec: String,
    },
}

pub fn main() -> ExitCode {
    hide_own_panics();
    match go(Cli::parse()) {
        Ok(code) => code,
        Err(ends) => {
            let (code, advice) = advice(&ends);
            let said = format!("{:#}", ends.why);
            complain(&format!("error: {said}{}", if said.contains("try: ") { "" } else { advice }));
            ExitCode::from(code)
        }
    }
}

/// The exit code, and what helps where the error does not say so itself.
fn advice(Ends { code, why }: &Ends) -> (u8, &'static str) {
    match stop::code() {
        Some(stopped) => (stopped, "; try: the same command again"),
        None if is_full(why) => ((*code).max(exit::TROUBLE), FULL),
        None => (*code, ""),
    }
}

const FULL: &str = "; try: make room on the disk, then the same command again";

/// A full disk is nobody's mistake, and goes away: whatever was being done, to do it again makes sense.
fn is_full(why: &anyhow::Error) -> bool {
    let errors = why.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    errors
        .into_iter()
        .any(|error| matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::WriteZero))
}

fn go(cli: Cli) -> Done {
    if let Some(Command::Jail { probe, spec }) = &cli.command {
        return jailed(*probe, spec).map_err(|why| Ends::with(exit::TROUBLE, why));
    }
    let workspace = match &cli.command {
        Some(Command::Gradescope { labs: Some(labs), .. }) => {
            Workspace::at(labs.parent().context("`--labs` is a folder in a copy of the repository")?)?
        }
        _ => Workspace::find()?,
    };
    let Some(command) = cli.command else {
        let submissions = cli.grade.submissions.context("no submissions; try: cargo grade SUBMISSIONS")?;
        let options = run::Options {
            submissions,
            out: cli.grade.out,
            course: cli.grade.course,
            roster: cli.grade.roster,
            tier: cli.grade.sandbox,
            jobs: cli.grade.jobs,
            skip_preflight: cli.grade.skip_preflight,
            variants: cli.grade.variants,
            shard: cli.grade.shard,
        };
        return run::run(&workspace, &options);
    };
    match command {
        Command::Demo { out, sandbox, jobs } => {
            run::demo(&workspace, &run::Options { out, tier: sandbox, jobs, ..run::Options::default() })
        }
        Command::Report { out } => {
            export::everything(&Session::of(&out.out)?)?;
            Ok(ExitCode::from(exit::OK))
        }
        Command::Export { what, sheet, assignment, out } => {
            export::export(&workspace, &mut Session::of(&out.out)?, &exported(&what, sheet, assignment)?)
        }
        Command::Pack { out, vendor } => {
            pack::pack(&workspace, &out, vendor)?;
            println(&format!("{}: hand it out as it is, or as a repository (git init)", out.display()));
            Ok(ExitCode::from(exit::OK))
        }
        Command::Check { student, id, times, sandbox, out } => {
            appeal::check(&workspace, &mut Session::of(&out.out)?, &student, &id, times, sandbox)
        }
        Command::Doctor { sandbox, quick } => {
            let judge = std::env::current_exe().context("cannot find this program")?;
            let bench = Bench::new(workspace, sandbox, judge, 0).map_err(|why| Ends::with(exit::NO_SANDBOX, why))?;
            let findings = doctor::doctor(&bench, quick);
            println(&doctor::text(&findings));
            Ok(ExitCode::from(if doctor::holds(&findings) { exit::OK } else { exit::FAILED }))
        }
        Command::Emit(asked) => emit::emit(&workspace, &asked),
        Command::Audit { out } => audited(&out),
        Command::Merge { folders, out, allow_missing } => merge::merge(&merge::Options { folders, out, allow_missing }),
        Command::Plan { submissions, shards, within, last, course, roster } => {
            let minutes = |minutes| plan::Size::Within(std::time::Duration::from_secs(u64::from(minutes) * 60));
            let size = within.map_or(plan::Size::Parts(shards.unwrap_or(1)), minutes);
            plan::plan(&plan::Options { submissions, course, roster, last, size })
        }
        Command::Gradescope { zip: Some(zip), course, .. } => {
            gradescope::autograder(&workspace, course.as_deref(), &zip)
        }
        Command::Gradescope { submission, metadata, course, sandbox, out, .. } => {
            let submission = submission.context("no submission; try: --zip autograder.zip, or --submission FOLDER")?;
            gradescope::grade(&workspace, &gradescope::Options { submission, metadata, course, tier: sandbox, out })
        }
        Command::Regrade { .. } | Command::Override { .. } | Command::Hold { .. } => decided(&workspace, command),
        Command::Jail { .. } => Ok(ExitCode::SUCCESS),
    }
}

/// Becomes a judge or a compiler, in a jail.
fn jailed(probe: bool, spec: &str) -> Result<ExitCode> {
    let spec = jail::Spec::parse(spec)?;
    if probe {
        spec.probe()?;
        return Ok(ExitCode::SUCCESS);
    }
    spec.enter()?;
    if spec.run.is_empty() {
        judge::serve()?
    } else {
        spec.exec()?
    }
    Ok(ExitCode::SUCCESS)
}

fn exported(what: &str, sheet: Option<PathBuf>, assignment: String) -> Result<export::What> {
    let sheet = || sheet.context("no sheet; try: --sheet FILE, as the platform gave it to you");
    Ok(match what {
        "moodle" => export::What::Moodle { sheet: sheet()? },
        "canvas" => export::What::Canvas { sheet: sheet()?, assignment },
        "gradescope" => export::What::Gradescope,
        "junit" => export::What::Junit,
        "actions" => export::What::Actions,
        "jplag" => export::What::Jplag,
        "dolos" => export::What::Dolos,
        "classroom50" => export::What::Classroom50 { release: sheet()? },
        "share" => export::What::Share,
        other => anyhow::bail!(
            "`{other}` is no export; try: moodle, canvas, gradescope, classroom50, junit, actions, jplag, dolos, share"
        ),
    })
}

fn decided(workspace: &Workspace, command: Command) -> Done {
    let (change, why, out, tier) = match command {
        Command::Regrade { check, void, full_marks, restore, rerun: _, student, sandbox, why, out } => {
            let change = match () {
                () if void => Change::Void { check },
                () if full_marks => Change::FullMarks { check },
                () if restore => Change::Restore { check },
                () => Change::Rerun { check, student },
            };
            (change, why, out, sandbox)
        }
        Command::Override { student, target, points, why, out } => {
            let target = target.try_into().map_err(|why: String| anyhow::anyhow!(why))?;
            let change = match points {
                Some(points) => {
                    let points = grader::grade::policy::course::amount::decimal(&points);
                    Change::Override { student, target, points: points.context("points are a number, as 12.5")? }
                }
                None => Change::Lift { student, target },
            };
            (change, why, out, None)
        }
        Command::Hold { student, release: true, why, out } => (Change::Release { student }, why, out, None),
        Command::Hold { student, why, out, .. } => (Change::Hold { student }, why, out, None),
        _ => return Ok(ExitCode::SUCCESS),
    };
    let Why { reason, allow_lower, dry_run } = why;
    let mut session = Session::of(&out.out)?;
    change::decide(workspace, &mut session, &Decision { change, reason, allow_lower, dry_run }, tier)
}

fn audited(out: &Out) -> Done {
    let verdict = audit::verify(&out.out.join("audit.jsonl"))?;
    println(&format!("{} lines, the last is {}", verdict.lines, verdict.last));
    if verdict.holds() {
        return Ok(ExitCode::from(exit::OK));
    }
    complain(&format!("something was changed, taken out or moved at lines {:?}", verdict.broken));
    Ok(ExitCode::from(exit::FAILED))
}
