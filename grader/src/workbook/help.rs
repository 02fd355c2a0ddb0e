//! `--help` of every command of `cargo lab`: its words stand in `grader/texts/cargo-lab/help.txt`.
//!
//! clap knows the commands and their arguments; what each means is looked up by what a person types: `check --seed`.
//! clap's own breaking of lines is not built in, so texts are broken here, at 80 columns.

use clap::{Arg, Command};

use crate::report::{WIDTH, wrap};
use crate::texts::{find, say};

/// What clap puts before the name of an option: an indent, and the room for `-h, `.
const BEFORE_OPTION: usize = 6;
/// The indent of a name, and the gap behind the longest one.
const INDENT: usize = 2;
const GAP: usize = 2;
/// A space at which no line is broken.
const HELD: &str = "\u{a0}";

/// The commands with their texts.
pub fn told(mut command: Command) -> Command {
    // Only a command that is built has `--help`, and the options that it has from the command above it.
    command.build();
    let about = wrapped(say!("cargo-lab/help/about"), 0);
    let below = wrapped(say!("cargo-lab/help/below"), 0);
    with_texts(command, "").about(about).after_help(below)
}

fn with_texts(command: Command, path: &str) -> Command {
    let longest = |of: &mut dyn Iterator<Item = String>| of.map(|name| name.chars().count()).max().unwrap_or(0);
    let shown = || command.get_arguments().filter(|arg| !arg.is_hide_set());
    let options = longest(&mut shown().filter(|arg| !arg.is_positional()).map(ToString::to_string));
    let positionals = longest(&mut shown().filter(|arg| arg.is_positional()).map(ToString::to_string));
    let commands = longest(&mut command.get_subcommands().map(|command| command.get_name().to_string()));
    let template =
        format!("{{about-with-newline}}\n{} {{usage}}\n\n{{all-args}}{{after-help}}", say!("cargo-lab/help/usage"));
    command
        .term_width(0)
        .help_template(template)
        .subcommand_help_heading(say!("cargo-lab/help/commands"))
        .mut_args(|arg| match arg.is_positional() {
            true => argument(arg, path, INDENT + positionals + GAP).help_heading(say!("cargo-lab/help/arguments")),
            false => argument(arg, path, BEFORE_OPTION + options + GAP).help_heading(say!("cargo-lab/help/options")),
        })
        .mut_subcommands(|command| {
            let path = joined(path, command.get_name());
            let about = told_of("", &path);
            with_texts(command, &path).about(wrapped(about, INDENT + commands + GAP))
        })
}

fn argument(arg: Arg, path: &str, column: usize) -> Arg {
    let mut help = told_of(path, &named(&arg)).to_string();
    let mut more = |text: String| help = format!("{help} {}", text.replace(' ', HELD)).trim_start().to_string();
    // clap adds these in English, and behind the last line.
    let default: Vec<String> = arg.get_default_values().iter().map(|value| quoted(&value.to_string_lossy())).collect();
    let takes_value = arg.get_action().takes_values();
    if takes_value && !default.is_empty() {
        more(say!("cargo-lab/help/default", value = default.join(" ")));
    }
    let possible: Vec<String> = arg.get_possible_values().iter().map(|value| value.get_name().to_string()).collect();
    if takes_value && !possible.is_empty() {
        more(say!("cargo-lab/help/possible_values", values = possible.join(", ")));
    }
    arg.help(wrapped(&help, column)).hide_default_value(true).hide_possible_values(true)
}

/// A text for this column, as clap writes it: later lines are indented by clap.
fn wrapped(text: &str, column: usize) -> String {
    let head = " ".repeat(column.min(WIDTH / 2));
    let lines = text.lines().flat_map(|line| wrap(&head, line, usize::MAX));
    lines.map(|line| line.trim_start().replace(HELD, " ")).collect::<Vec<_>>().join("\n")
}

/// `"hello, world"`: in quotation marks where a space would make two of it.
fn quoted(value: &str) -> String {
    if value.contains(char::is_whitespace) { format!("{value:?}") } else { value.to_string() }
}

/// As it is typed, or, where its place says what it is, as the usage names it: `--seed`, `WHAT`.
fn named(arg: &Arg) -> String {
    match arg.get_long() {
        Some(long) => format!("--{long}"),
        None => arg.get_id().as_str().to_uppercase(),
    }
}

fn joined(path: &str, name: &str) -> String {
    format!("{path} {name}").trim_start().to_string()
}

/// The argument's own text, that of all commands beside this one, or that of all there are.
pub(super) fn told_of(path: &str, name: &str) -> &'static str {
    let beside = path.rsplit_once(' ').map(|(parent, _)| format!("{parent} * {name}"));
    let keys = [Some(joined(path, name)), beside, Some(name.to_string())];
    keys.into_iter().flatten().find_map(|key| find(&format!("cargo-lab/help/{key}"))).unwrap_or_default()
}
