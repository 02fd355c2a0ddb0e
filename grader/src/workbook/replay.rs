//! `cargo lab replay 1.09`: the peer of that one check, to play with by hand.
//!
//! The check's own function runs, with the seed of the run that failed. But nobody hurries: each move of the peer waits
//! for a key, waits have no deadline, and the ladder grows on the screen meanwhile.

mod hand;
mod keys;
mod player;
mod said;
mod select;
mod words;

use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

use super::screen::Screen;
use super::talk::address;
use super::{Ready, clean, complain, exit, prepare, println};
use crate::build::{Toolchain, Workspace, stub_places};
use crate::check::{Case, Check, Kind, Outcome};
use crate::clock::Clock;
use crate::history::History;
use crate::lab::{Halt, Lab, Scale, Setup};
use crate::labs;
use crate::report::{self, Context};
use crate::run::{self, CaseResult};
use crate::runner::{fresh_seed, parse_seed};
use crate::texts::say;

use hand::Hand;
use keys::Keys;
use player::Player;

/// What can be asked for.
#[derive(Debug, clap::Args)]
#[command(after_help = say!("cargo-lab/replay/keys"))]
pub struct Args {
    check: String,
    #[arg(long, value_parser = parse_seed)]
    seed: Option<u64>,
    #[arg(long)]
    auto: bool,
    #[arg(long)]
    by_hand: bool,
    #[arg(long, value_name = "ADDR", value_parser = address::parse)]
    to: Option<SocketAddr>,
    #[arg(long)]
    small: bool,
    #[arg(long)]
    plain: bool,
}

/// The chosen case, and all that is needed to run it.
struct Play {
    check: &'static Check,
    case: &'static Case,
    setup: Setup,
    context: Context,
}

/// Replays one case.
pub fn run(workspace: &Workspace, args: &Args, colour: bool) -> u8 {
    let (history, warning) = History::load(workspace.root());
    warning.iter().for_each(|warning| complain(&format!("note: {warning}")));
    let keys = io::stdin().is_terminal().then(Keys::of_stdin);
    let (check, case) = match select::case(&args.check, &history, keys.as_ref()) {
        Ok(found) => found,
        Err(message) => return usage(&message),
    };
    let by_hand = args.by_hand || args.to.is_some();
    if let Err(message) = possible(check, args, by_hand, keys.is_some()) {
        return usage(&message);
    }
    let id = format!("{}{}", check.id, case.letter);
    let seed = args.seed.or_else(|| select::failed_seed(&history, &id)).unwrap_or_else(fresh_seed);
    let ready = if by_hand { unbuilt(workspace, check, seed, colour) } else { built(workspace, check, seed, colour) };
    let (mut setup, mut context, _built) = match ready {
        Ok(ready) => ready,
        Err(code) => return code,
    };
    if args.small {
        (setup.scale, context.scale) = (Scale::Small, Scale::Small);
    }
    let hand = by_hand.then(|| Hand::new(workspace.root(), check.lab(), args.to));
    play(
        &Play { check, case, setup, context },
        Player::new(Screen::of_stdout(args.plain), keys, args.auto, hand, check),
    )
}

fn usage(message: &str) -> u8 {
    complain(&format!("error: {message}"));
    exit::USAGE
}

/// What the command line asks for, as far as it can be told before anything runs.
fn possible(check: &Check, args: &Args, by_hand: bool, keys: bool) -> Result<(), String> {
    let client = labs::is_client(check.lab());
    if client && args.to.is_some() {
        let lab = check.lab();
        return Err(say!("cargo-lab/replay/lab_is_a_client_it_connects", lab));
    }
    if by_hand && !client && args.to.is_none() && !keys {
        return Err(say!("cargo-lab/replay/nobody_can_be_asked_where_your").to_string());
    }
    Ok(())
}

type Started = (Setup, Context, Option<crate::build::Built>);

/// Builds the student's program as it stands.
fn built(workspace: &Workspace, check: &Check, seed: u64, colour: bool) -> Result<Started, u8> {
    let lab = labs::lab(check.lab()).expect("every check has a lab");
    let ready = Toolchain::find()
        .map(Toolchain::keeping_programs)
        .map(|toolchain| prepare(workspace, &toolchain, lab, seed, colour));
    match ready.unwrap_or_else(Ready::Trouble) {
        Ready::Built(ready) => {
            let (setup, context, built) = *ready;
            Ok((setup, context, Some(built)))
        }
        Ready::DoesNotCompile(message) => {
            println(&say!(
                "cargo-lab/replay/lab_does_not_compile_so_there",
                number = lab.number,
                message = clean(&message)
            ));
            Err(exit::FAILED)
        }
        Ready::Trouble(error) => {
            complain(&say!("cargo-lab/replay/trouble_and_not_your_programs_fault", error = format_args!("{error:#}")));
            Err(exit::TROUBLE)
        }
    }
}

/// A program that somebody else starts.
fn unbuilt(workspace: &Workspace, check: &Check, seed: u64, colour: bool) -> Result<Started, u8> {
    let text = std::fs::read_to_string(workspace.lab(check.lab()).join("src/lib.rs")).unwrap_or_default();
    let source = format!("labs/lab{}/src/lib.rs", check.lab());
    let setup = Setup {
        lab: check.lab(),
        program: PathBuf::new(),
        stubs: stub_places(&text),
        source,
        seed,
        scale: Scale::Full,
        clock: Clock::Plain,
        cage: None,
        halt: Halt::default(),
    };
    let context = Context { colour, ..Context::of(&setup) };
    Ok((setup, context, None))
}

fn play(play: &Play, player: Player) -> u8 {
    let player = Rc::new(player);
    let start = Instant::now();
    introduce(play, &player);
    let lab = match Lab::watched(&play.setup, play.check, play.case, player.clone()) {
        Ok(lab) => lab,
        Err(error) => {
            complain(&format!("trouble: {error:#}"));
            return exit::TROUBLE;
        }
    };
    let outcome = run::judge(&lab, play.case);
    let mut wire = lab.wire();
    player.finish(&mut wire);
    let result = CaseResult {
        check: play.check,
        case: play.case,
        outcome,
        wire,
        seed: play.setup.seed,
        rounds: (1, 1),
        took: start.elapsed(),
    };
    tell(play, &player, &result)
}

fn introduce(play: &Play, player: &Player) {
    let (check, case) = (play.check, play.case);
    player.note(&say!(
        "cargo-lab/replay/seed",
        id = check.id,
        letter = case.letter,
        name = check.name,
        seed = format_args!("{:04x}", play.setup.seed)
    ));
    let what = check.what(case);
    if !what.is_empty() {
        player.note(&format!("  {what}"));
    }
    if player.steps() {
        player.note(say!("cargo-lab/replay/enter_the_peers_next_move_5"));
        if labs::is_client(check.lab()) {
            player.note(say!("cargo-lab/replay/timers_of_your_program_run_on"));
        }
    }
    println("");
}

/// What came of it, and what a right program does.
fn tell(play: &Play, player: &Player, result: &CaseResult) -> u8 {
    println("");
    let title = play.check.title();
    match &result.outcome {
        _ if player.has_quit() => {
            player.note(&say!("cargo-lab/replay/you_ended_it_here", title));
            exit::OK
        }
        Outcome::Passed => {
            let word = if player.is_by_hand() { say!("cargo-lab/replay/right_as_far_as_can_be") } else { "passed" };
            player.note(&format!("{word}: {title}"));
            exit::OK
        }
        Outcome::Failed(finding) => {
            explain(play, player, result);
            warn_of_keys(player, finding.kind);
            exit::FAILED
        }
        Outcome::NotRun(reason) if player.is_by_hand() => {
            player.note(&say!("cargo-lab/replay/the_peers_part_ends_here", reason));
            player.note(title);
            exit::OK
        }
        Outcome::Trouble(reason) => {
            player.note(&say!("cargo-lab/replay/trouble_and_not_your_programs_fault", error = reason));
            exit::TROUBLE
        }
        Outcome::NotStarted(_) | Outcome::NotRun(_) | Outcome::Blocked(_) => {
            player.note(&report::line(result));
            player.note(title);
            if matches!(result.outcome, Outcome::NotStarted(_)) { exit::FAILED } else { exit::OK }
        }
    }
}

/// The finding, without the ladder that has just been seen.
fn explain(play: &Play, player: &Player, result: &CaseResult) {
    let text = report::without_ladder(result, &play.context, !player.is_by_hand());
    if player.screen().width < report::WIDTH {
        text.lines().for_each(|line| player.note(line));
    } else {
        println(&text);
    }
}

/// Whoever holds the peer back makes it late.
fn warn_of_keys(player: &Player, kind: Kind) {
    use Kind::{Exited, ExtraDatagram, NoDatagram, TooEarly, TooLate, WrongExit};
    if player.has_waited() && matches!(kind, Exited | ExtraDatagram | NoDatagram | TooEarly | TooLate | WrongExit) {
        player.note(say!("cargo-lab/replay/the_peer_waited_for_your_keys"));
        player.note(say!("cargo-lab/replay/with_auto_the_peer_keeps_its"));
    }
}
