//! `cargo lab`: the board, the checks, and the proof of the checks. What `--help` tells of each command and argument stands
//! in `grader/texts/cargo-lab/help.txt`.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use grader::build::Workspace;
use grader::lab::Scale;
use grader::labs::LABS;
use grader::prove::Plan;
use grader::runner::{colour_wanted, hide_own_panics, parse_seed};
use grader::workbook::{
    self, board, check, complain, doctor, exit, explain, help, hint, list, open, peer, proof, replay, reset, solution,
    submit, talk, update, usage, version, watch,
};

#[derive(Parser)]
#[command(name = "cargo lab", bin_name = "cargo lab", version, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[arg(long)]
    all: bool,
    #[arg(long, global = true)]
    plain: bool,
}

#[derive(Subcommand)]
enum Command {
    #[command(hide = true)]
    Board,
    Check {
        what: Vec<String>,
        #[arg(long, value_parser = parse_seed)]
        seed: Option<u64>,
        #[arg(long)]
        all: bool,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        #[arg(long)]
        jobs: Option<usize>,
        #[arg(long, value_enum, default_value_t = ScaleArg::Full)]
        scale: ScaleArg,
    },
    Hint(hint::Options),
    Explain {
        what: Vec<String>,
    },
    Watch {
        lab: Option<u8>,
        #[arg(long)]
        poll: bool,
    },
    Open {
        what: Option<String>,
    },
    Solution {
        lab: u8,
        #[arg(long)]
        give_up: bool,
    },
    Reset {
        lab: u8,
    },
    List {
        #[arg(long, value_enum, default_value_t = ListFormat::Text)]
        format: ListFormat,
    },
    Predict {
        what: Option<String>,
        #[arg(long, value_delimiter = ',', requires = "what", conflicts_with = "show")]
        answers: Vec<String>,
        #[arg(long, requires = "what")]
        show: bool,
        #[arg(long)]
        again: bool,
    },
    Tour,
    Replay(replay::Args),
    Peer(peer::Args),
    Listen(talk::Listen),
    Talk(talk::Talk),
    Prove {
        lab: Option<u8>,
        #[arg(long)]
        only: Option<String>,
        #[arg(long, default_value_t = 1)]
        runs: u32,
        #[arg(long, default_value_t = 0)]
        load: usize,
        #[arg(long)]
        matrix: bool,
        #[arg(long)]
        reports: bool,
        #[arg(long)]
        jobs: Option<usize>,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    Submit {
        #[arg(value_parser = clap::value_parser!(u8).range(1..=LABS.len() as i64))]
        lab: Option<u8>,
        #[arg(long, value_name = "ZIP", conflicts_with_all = ["lab", "out"])]
        check: Option<PathBuf>,
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    },
    Update {
        pack: PathBuf,
        #[arg(long)]
        force: bool,
    },
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
    let matches = help::told(Cli::command()).try_get_matches();
    let cli = match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) if usage::is_wish(&error) => error.exit(),
        Err(error) => {
            complain(&usage::told(&error));
            return ExitCode::from(exit::USAGE);
        }
    };
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
