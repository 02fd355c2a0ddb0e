//! `cargo lab`: the board, the checks, and the proof of the checks.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use grader::build::Workspace;
use grader::lab::Scale;
use grader::labs::LABS;
use grader::prove::Plan;
use grader::runner::{colour_wanted, hide_own_panics, parse_seed};
use grader::workbook::{
    self, board, check, complain, doctor, exit, explain, hint, list, open, peer, proof, replay, reset, solution,
    submit, talk, update, version, watch,
};

/// Labs on sockets, checked by the peer at the other end of the wire.
#[derive(Parser)]
#[command(name = "cargo lab", bin_name = "cargo lab", version, disable_help_subcommand = true)]
#[command(after_help = "Without a command: the board of all labs, and what to do next")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// On the board, the checks of every tier, also of those not reached yet
    #[arg(long)]
    all: bool,
    /// Plain text: no colours, links, bars or lines that change
    #[arg(long, global = true)]
    plain: bool,
}

#[derive(Subcommand)]
enum Command {
    /// The board, as without a command
    #[command(hide = true)]
    Board,
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
    /// Show a hint on a check: one more each time, chosen by what was seen in its last run
    Hint(hint::Options),
    /// Explain a check (1.09), an error (EPIPE), a call (recv) or any other word of a report
    Explain {
        /// What to explain; without it, the list of what can be explained
        what: Vec<String>,
    },
    /// Check a lab whenever you save, and answer keys meanwhile
    Watch {
        /// A lab's number; without it, the lab that you write to
        lab: Option<u8>,
        /// Look at the files again and again, where the system does not tell of changes
        #[arg(long)]
        poll: bool,
    },
    /// Open your editor ($VISUAL, $EDITOR) at the stub of a check
    Open {
        /// A check (1.09) or a lab (1); without it, what is next
        what: Option<String>,
    },
    /// Show the model solution beside your code, when the lab passes
    Solution {
        /// A lab's number
        lab: u8,
        /// Show it before; that is remembered here, and shown to nobody else
        #[arg(long)]
        give_up: bool,
    },
    /// Put the stubs of a lab back; your file is kept under another name
    Reset {
        /// A lab's number
        lab: u8,
    },
    /// List every check with its points and tier
    List {
        #[arg(long, value_enum, default_value_t = ListFormat::Text)]
        format: ListFormat,
    },
    /// Say what will happen on a socket, then see it happen
    Predict {
        /// A lab's number or a scene's name; the list of scenes without it
        what: Option<String>,
        /// Your predictions in order, instead of being asked: 2,3,1
        #[arg(long, value_delimiter = ',', requires = "what", conflicts_with = "show")]
        answers: Vec<String>,
        /// Play and explain every scene, and ask nothing
        #[arg(long, requires = "what")]
        show: bool,
        /// Also the scenes that you predicted right before
        #[arg(long)]
        again: bool,
    },
    /// Three minutes: how to read the report of a check that failed
    Tour,
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
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Pack what you wrote into one zip to hand in, with a receipt to keep
    Submit {
        /// A lab's number; without it, every lab in which something is written
        #[arg(value_parser = clap::value_parser!(u8).range(1..=LABS.len() as i64))]
        lab: Option<u8>,
        /// Say what a teacher will see of this zip, and pack nothing
        #[arg(long, value_name = "ZIP", conflicts_with_all = ["lab", "out"])]
        check: Option<PathBuf>,
        /// The folder to write to; without it, that of this copy
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    },
    /// Put a newer pack in the place of this one; what you wrote stays
    Update {
        /// The folder or zip that you were given
        pack: PathBuf,
        /// Also if it is older than this one
        #[arg(long)]
        force: bool,
    },
    /// Test this machine: network, compiler, files, terminal
    Doctor {
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
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
    if let Some(warning) = version::warning(workspace.root()) {
        complain(&format!("warning: {warning}"));
    }
    let colour = colour_wanted(&io::stdout()) && !cli.plain;
    let code = match cli.command {
        Some(Command::Hint(options)) => hint::run(&workspace, &options),
        Some(Command::Explain { what }) => explain::show(&what, explain::Look::new(cli.plain, colour)),
        None | Some(Command::Board) => board::show(&workspace, board::Options { all: cli.all, terminal: colour }),
        Some(Command::Watch { lab, poll }) => watch::run(&workspace, watch::Options { lab, poll, terminal: colour }),
        Some(Command::Open { what }) => open::run(&workspace, what.as_deref()),
        Some(Command::Solution { lab, give_up }) => solution::run(&workspace, lab, give_up),
        Some(Command::Reset { lab }) => reset::run(&workspace, lab),
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
        Some(Command::Submit { lab, check, out }) => submit::run(&workspace, &submit::Options { lab, check, out }),
        Some(Command::Update { pack, force }) => update::run(&workspace, &pack, force),
        Some(Command::Doctor { format }) => doctor::run(&workspace, format == Format::Json),
        Some(Command::Predict { what, answers, show, again }) => {
            let options = workbook::predict::Options { what, answers, show, again, colour };
            workbook::predict::run(&workspace, &options)
        }
        Some(Command::Tour) => workbook::tour::run(&workspace, colour),
        Some(Command::Replay(args)) => replay::run(&workspace, &args, colour),
        Some(Command::Peer(args)) => peer::run(&args),
        Some(Command::Listen(args)) => talk::listen(&args),
        Some(Command::Talk(args)) => talk::talk(&args),
        Some(Command::Prove { lab, only, runs, load, matrix, reports, jobs, format }) => {
            let jobs = jobs.unwrap_or_else(grader::run::default_jobs);
            let only = only.into_iter().collect();
            let plan = Plan { lab, only, runs, load, matrix, every: true, jobs };
            proof::run(&workspace, &plan, &proof::Show { reports, json: format == Format::Json })
        }
    };
    ExitCode::from(code)
}
