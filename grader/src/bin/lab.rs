//! `cargo lab`: the board, the checks, and the proof of the checks.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use grader::build::Workspace;
use grader::lab::Scale;
use grader::prove::{self, Matrix, Plan};
use grader::runner::{colour_wanted, hide_own_panics, parse_seed};
use grader::workbook::{self, board, check, complain, exit, list, peer, println, replay, talk};

/// Five labs on sockets, checked by the peer at the other end of the wire.
#[derive(Parser)]
#[command(name = "cargo lab", bin_name = "cargo lab", version, disable_help_subcommand = true)]
#[command(after_help = "Without a command: the board of all labs, and what to do next")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the checks of a lab (3), or one check (1.09 or its name)
    Check {
        /// A lab's number, a check's id or name; everything without it
        what: Vec<String>,
        /// The seed that a report printed: same seed, same bytes
        #[arg(long, value_parser = parse_seed)]
        seed: Option<u64>,
        /// Explain every failure, not only the first
        #[arg(long)]
        all: bool,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// How many checks run at once
        #[arg(long)]
        jobs: Option<usize>,
        /// How much data is sent; small is for a program that thinks before each answer
        #[arg(long, value_enum, default_value_t = ScaleArg::Full)]
        scale: ScaleArg,
    },
    /// List every check with its points and tier
    List {
        #[arg(long, value_enum, default_value_t = ListFormat::Text)]
        format: ListFormat,
    },
    /// Play with the peer of one check by hand: step by step, without deadlines
    Replay(replay::Args),
    /// Run a hostile peer to try a program against; without a name, the list
    Peer(peer::Args),
    /// Take a connection or datagrams at the keyboard, for machines without nc
    Listen(talk::Listen),
    /// Connect, or send datagrams, from the keyboard, for machines without nc or telnet
    Talk(talk::Talk),
    /// Prove the checks with wrong programs that they must catch, and unusual right ones that they must pass
    Prove {
        /// A lab's number; all labs without it
        lab: Option<u8>,
        /// Only programs whose id contains this
        #[arg(long)]
        only: Option<String>,
        /// Judge everything so often; a verdict that changes is an error
        #[arg(long, default_value_t = 1)]
        runs: u32,
        /// Keep the cores busy with so many threads of other work
        #[arg(long, default_value_t = 0)]
        load: usize,
        /// Every check against every program, printed as a matrix
        #[arg(long)]
        matrix: bool,
        /// Print what a student reads of each mutant
        #[arg(long)]
        reports: bool,
        /// How many programs are judged at once
        #[arg(long)]
        jobs: Option<usize>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ScaleArg {
    Full,
    Small,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    Text,
    Markdown,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    hide_own_panics();
    let workspace = match Workspace::find() {
        Ok(workspace) => workspace,
        Err(error) => {
            complain(&format!("error: {error:#}"));
            return ExitCode::from(exit::USAGE);
        }
    };
    let colour = colour_wanted(&io::stdout());
    let code = match cli.command {
        None => board::show(&workspace, colour),
        Some(Command::List { format: ListFormat::Text }) => list::text(),
        Some(Command::List { format: ListFormat::Markdown }) => {
            workbook::print(&list::markdown());
            exit::OK
        }
        Some(Command::Check { what, seed, all, format, jobs, scale }) => {
            let json = format == Format::Json;
            let scale = if scale == ScaleArg::Small { Scale::Small } else { Scale::Full };
            check::run(&workspace, &check::Options { what, seed, all, json, jobs, scale, colour })
        }
        Some(Command::Replay(args)) => replay::run(&workspace, &args, colour),
        Some(Command::Peer(args)) => peer::run(&args),
        Some(Command::Listen(args)) => talk::listen(&args),
        Some(Command::Talk(args)) => talk::talk(&args),
        Some(Command::Prove { lab, only, runs, load, matrix, reports, jobs }) => {
            let jobs = jobs.unwrap_or_else(grader::run::default_jobs);
            prove_checks(&workspace, &Plan { lab, only, runs, load, matrix, every: true, jobs }, reports)
        }
    };
    ExitCode::from(code)
}

fn prove_checks(workspace: &Workspace, plan: &Plan, reports: bool) -> u8 {
    let terminal = io::stderr().is_terminal();
    let begun = std::sync::atomic::AtomicU32::new(0);
    let done = |run: u32, row: &prove::Row| {
        if terminal {
            eprint!("\r\x1b[Krun {}: {}", run + 1, row.id);
        } else if plan.runs > 1 && begun.fetch_max(run + 1, std::sync::atomic::Ordering::Relaxed) <= run {
            // Whoever keeps this in a file for an hour wants to know where it is.
            complain(&format!("run {} of {}", run + 1, plan.runs));
        }
    };
    let proof = match prove::prove(workspace, plan, &done) {
        Ok(proof) => proof,
        Err(error) => {
            complain(&format!("error: {error:#}"));
            return exit::USAGE;
        }
    };
    if terminal {
        eprint!("\r\x1b[K");
    }
    for row in proof.rows.iter().filter(|row| reports && !row.report.is_empty()) {
        println(&format!("{}\n{}\n", row.id, row.report));
    }
    for lab in grader::labs::LABS {
        if plan.matrix
            && let Some(matrix) = Matrix::new(lab.number, &proof.rows)
        {
            println(&matrix.to_string());
        }
    }
    for problem in proof.problems.iter().chain(&proof.changed) {
        println(&format!("PROBLEM  {}", workbook::clean(problem)));
    }
    let mut slowest: Vec<_> = proof.rows.iter().map(|row| (row.slowest.0, &row.slowest.1, &row.id)).collect();
    slowest.sort();
    for (time, case, id) in slowest.iter().rev().take(3) {
        println(&format!("slowest  {:>5.2} s  {case} on {id}", time.as_secs_f64()));
    }
    let mutants = proof.rows.iter().filter(|row| row.mutant.is_some()).count();
    let right = proof.rows.len() - mutants;
    let verdicts: usize = proof.rows.iter().map(|row| row.verdicts.len()).sum();
    println(&format!(
        "{mutants} mutants, {right} right programs and stubs; {verdicts} verdicts in each of {} run{}; {} problems, {} changed verdicts",
        plan.runs.max(1),
        if plan.runs > 1 { "s" } else { "" },
        proof.problems.len(),
        proof.changed.len()
    ));
    if proof.problems.is_empty() && proof.changed.is_empty() { exit::OK } else { exit::FAILED }
}
