//! What `cargo test -p labN` runs: the lab's checks, in the manner of libtest.
//!
//! It speaks libtest's flags, so that editors and cargo-nextest work, and does what libtest cannot: it runs first what
//! a check builds on, shows checks in teaching order, takes a filter that selects nothing for the mistake it is, and
//! ends with one report that explains. Output goes to standard output; a closed pipe ends it quietly.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use crate::check::{Check, Outcome};
use crate::clock::Clock;
use crate::history;
use crate::lab::{Halt, Scale, Setup};
use crate::labs::{self, LabInfo};
use crate::program::random_number;
use crate::report::{self, Context};
use crate::run::{self, CheckResult};
use crate::source::stub_places;
use crate::texts::say;

/// Which program is checked.
#[derive(Clone, Debug)]
pub struct Target {
    pub lab: u8,
    pub program: PathBuf,
    /// The folder of its Cargo.toml.
    pub manifest_dir: PathBuf,
}

/// Exit codes are libtest's: 0, or 101 when something failed; 2 is a usage error.
const FAILED: u8 = 101;
const USAGE: u8 = 2;

/// Runs the checks that the command line asks for.
pub fn main(target: &Target) -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let lab = labs::lab(target.lab).expect("the lab is entered in `labs.rs`");
    hide_own_panics();
    match Options::parse(&args)
        .and_then(|options| options.select(lab, is_solution(target)).map(|found| (options, found)))
    {
        Ok((options, _)) if options.help => help(lab),
        Ok((options, selected)) if options.list => list(&options, &selected),
        Ok((options, selected)) => check(target, lab, &options, &selected),
        Err(message) => {
            let _ = writeln!(io::stderr(), "error: {message}");
            ExitCode::from(USAGE)
        }
    }
}

/// A fault of the grader is reported as such, never as a stack trace.
pub fn hide_own_panics() {
    std::panic::set_hook(Box::new(|_| {}));
}

fn is_solution(target: &Target) -> bool {
    target.manifest_dir.file_name().is_some_and(|name| name.to_string_lossy().starts_with("solution"))
}

/// The full name of a test, as editors and nextest see it.
fn test_name(check: &Check) -> String {
    format!("{} {}", check.id, check.name)
}

#[derive(Debug, Default)]
struct Options {
    help: bool,
    list: bool,
    exact: bool,
    ignored: bool,
    quiet: bool,
    colour: Option<bool>,
    threads: Option<usize>,
    seed: Option<u64>,
    filters: Vec<String>,
    skip: Vec<String>,
}

impl Options {
    fn parse(args: &[String]) -> Result<Options, String> {
        let mut options = Options::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let (flag, inline) = match arg.split_once('=') {
                Some((flag, value)) if flag.starts_with("--") => (flag, Some(value.to_string())),
                _ => (arg.as_str(), None),
            };
            let mut value =
                || inline.clone().or_else(|| args.next().cloned()).ok_or(say!("cargo-test/needs_a_value", flag));
            match flag {
                "-h" | "--help" => options.help = true,
                "--list" => options.list = true,
                "--exact" => options.exact = true,
                "--ignored" => options.ignored = true,
                "-q" | "--quiet" => options.quiet = true,
                "--nocapture"
                | "--no-capture"
                | "--show-output"
                | "--include-ignored"
                | "--test"
                | "--bench"
                | "--force-run-in-process"
                | "--exclude-should-panic"
                | "--report-time"
                | "--ensure-time" => {}
                "--format" | "--logfile" | "-Z" | "--shuffle-seed" => drop(value()?),
                "--color" => {
                    options.colour = match value()?.as_str() {
                        "always" => Some(true),
                        "never" => Some(false),
                        _ => None,
                    }
                }
                "--test-threads" => options.threads = Some(number(flag, &value()?)?),
                "--skip" => options.skip.push(value()?),
                "--seed" => options.seed = Some(parse_seed(&value()?)?),
                _ if flag.starts_with('-') => {
                    return Err(say!("cargo-test/unknown_flag_try_list_exact_skip", arg));
                }
                _ => options.filters.push(arg.clone()),
            }
        }
        Ok(options)
    }

    /// The checks that are asked for. A filter that fits nothing is an error, except that of another lab under the
    /// solutions' tests, where one filter goes to five labs.
    fn select(&self, lab: &'static LabInfo, lenient: bool) -> Result<Vec<&'static Check>, String> {
        if self.ignored || self.help {
            return Ok(Vec::new());
        }
        let fits = |check: &Check, filter: &String| {
            let name = test_name(check);
            if self.exact {
                name == *filter || check.id == filter || check.name == filter
            } else {
                name.contains(filter.as_str())
            }
        };
        let all: Vec<&'static Check> = lab.checks.iter().collect();
        if !lenient
            && let Some(filter) = self.filters.iter().find(|filter| !all.iter().any(|check| fits(check, filter)))
        {
            let near = report::near(filter, &all).join("\n  ");
            return Err(say!("cargo-test/selects_no_check_of_lab_near", filter, number = lab.number, near));
        }
        let wanted = |check: &&'static Check| {
            let selected = self.filters.is_empty() || self.filters.iter().any(|filter| fits(check, filter));
            selected && !self.skip.iter().any(|filter| fits(check, filter))
        };
        Ok(all.into_iter().filter(wanted).collect())
    }
}

fn number(flag: &str, text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| say!("cargo-test/takes_a_number_not", flag, text))
}

/// A seed as reports print it: hexadecimal.
pub fn parse_seed(text: &str) -> Result<u64, String> {
    u64::from_str_radix(text, 16).map_err(|_| say!("cargo-test/is_no_seed_a_seed_is", text))
}

/// A new seed, short enough to be typed.
pub fn fresh_seed() -> u64 {
    random_number() & 0xffff
}

fn help(lab: &LabInfo) -> ExitCode {
    let _ = write!(
        io::stdout(),
        "{}",
        say!(
            "cargo-test/runs_the_checks_of_lab",
            number = lab.number,
            title = lab.title(),
            help = say!("cargo-test/help")
        )
    );
    ExitCode::SUCCESS
}

fn list(options: &Options, selected: &[&'static Check]) -> ExitCode {
    let mut out = io::stdout().lock();
    for check in selected {
        let _ = writeln!(out, "{}: test", test_name(check));
    }
    if !options.quiet && options.filters.is_empty() && io::stdout().is_terminal() {
        let _ = writeln!(out, "\n{} tests, 0 benchmarks", selected.len());
    }
    ExitCode::SUCCESS
}

fn check(target: &Target, lab: &'static LabInfo, options: &Options, selected: &[&'static Check]) -> ExitCode {
    let start = Instant::now();
    let (setup, context) = setup(target, lab, options);
    let jobs = options.threads.unwrap_or_else(run::default_jobs);
    let checks = run::with_needs(selected);
    let mut out = io::stdout();
    let count = if selected.len() == 1 {
        say!("cargo-test/1_check").to_string()
    } else {
        say!("cargo-test/checks", count = selected.len())
    };
    let _ = writeln!(
        out,
        "{}",
        say!("cargo-test/running_of_lab_seed", count, number = lab.number, seed = format_args!("{:04x}", setup.seed))
    );
    let results = run::run_checks(&setup, &checks, jobs, |_| {});
    if let (false, Some(root)) = (is_solution(target), target.manifest_dir.ancestors().nth(2)) {
        // A copy that cannot be written to is no reason not to check.
        let _ = history::note(root, &results);
    }
    let asked = |result: &&CheckResult| selected.iter().any(|check| check.id == result.check.id);
    let tally = Tally::of(results.iter().filter(asked));
    if !checks.is_empty() {
        let _ = writeln!(out, "{}", report::summary(lab, &results, &context));
    }
    let hidden = lab.checks.len() - selected.len();
    let _ = writeln!(
        out,
        "\ntest result: {}. {} passed; {} failed; {} ignored; 0 measured; {hidden} filtered out; finished in {:.2}s\n",
        if tally.failed == 0 { "ok" } else { "FAILED" },
        tally.passed,
        tally.failed,
        tally.not_run,
        start.elapsed().as_secs_f64(),
    );
    ExitCode::from(if tally.failed == 0 { 0 } else { FAILED })
}

fn setup(target: &Target, lab: &LabInfo, options: &Options) -> (Setup, Context) {
    let package = target.manifest_dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = if is_solution(target) { "solutions" } else { "labs" };
    let source = format!("{folder}/{package}/src/lib.rs");
    let text = std::fs::read_to_string(target.manifest_dir.join("src/lib.rs")).unwrap_or_default();
    let stubs = stub_places(&text);
    let colour = options.colour.unwrap_or_else(|| colour_wanted(&io::stdout()));
    let setup = Setup {
        lab: lab.number,
        program: target.program.clone(),
        stubs: stubs.clone(),
        source: source.clone(),
        seed: options.seed.unwrap_or_else(fresh_seed),
        scale: Scale::Full,
        clock: Clock::choose(),
        cage: None,
        halt: Halt::default(),
    };
    (setup, Context { stubs, source, colour, command: "cargo lab check".to_string(), scale: Scale::Full })
}

/// Colour only on a terminal, and not with NO_COLOR (no-color.org) or TERM=dumb.
pub fn colour_wanted(out: &impl IsTerminal) -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    out.is_terminal() && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    not_run: usize,
}

impl Tally {
    fn of<'a>(results: impl Iterator<Item = &'a CheckResult>) -> Tally {
        let mut tally = Tally::default();
        for result in results {
            match result.leading().outcome {
                Outcome::Passed => tally.passed += 1,
                Outcome::NotRun(_) => tally.not_run += 1,
                _ => tally.failed += 1,
            }
        }
        tally
    }
}
