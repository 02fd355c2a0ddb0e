//! What is told of a command line that makes no sense. clap finds what is wrong; its words are in English only, so they
//! are said here, from `grader/texts`.

use std::error::Error as _;

use clap::error::{ContextKind, Error, ErrorKind};

use crate::texts::say;

/// The message for an error; of the rare kinds, clap's own.
pub fn told(error: &Error) -> String {
    let Some(mut text) = wrong(error).map(|wrong| say!("cargo-lab/usage/error", wrong)) else {
        return error.to_string().trim_end().to_string();
    };
    let paragraphs = [possible(error), similar(error), usage(error)];
    for paragraph in paragraphs.into_iter().flatten() {
        text = format!("{text}\n\n{paragraph}");
    }
    format!("{text}\n\n{}", say!("cargo-lab/usage/more"))
}

/// Whether it is no error, but help or the version, which clap prints.
pub fn is_wish(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion)
}

fn wrong(error: &Error) -> Option<String> {
    let named = |kind| error.get(kind).map(ToString::to_string);
    let arg = named(ContextKind::InvalidArg);
    let value = named(ContextKind::InvalidValue);
    Some(match (error.kind(), arg, value) {
        (ErrorKind::UnknownArgument, Some(arg), _) => say!("cargo-lab/usage/unexpected_argument", arg),
        (ErrorKind::InvalidSubcommand, ..) => {
            say!("cargo-lab/usage/no_such_command", name = named(ContextKind::InvalidSubcommand)?)
        }
        (ErrorKind::InvalidValue, Some(arg), Some(value)) if value.is_empty() => {
            say!("cargo-lab/usage/a_value_is_required", arg)
        }
        (ErrorKind::InvalidValue, Some(arg), Some(value)) => say!("cargo-lab/usage/no_such_value", value, arg),
        (ErrorKind::ValueValidation, Some(arg), Some(value)) => {
            say!("cargo-lab/usage/bad_value", value, arg, why = error.source()?)
        }
        (ErrorKind::ArgumentConflict, Some(arg), _) => match named(ContextKind::PriorArg)? {
            prior if prior == arg => say!("cargo-lab/usage/not_twice", arg),
            prior => say!("cargo-lab/usage/not_with", arg, prior),
        },
        (ErrorKind::MissingRequiredArgument, Some(missing), _) => say!("cargo-lab/usage/missing", missing),
        _ => return None,
    })
}

fn possible(error: &Error) -> Option<String> {
    let values = error.get(ContextKind::ValidValue)?.to_string();
    Some(say!("cargo-lab/usage/possible_values", values))
}

fn similar(error: &Error) -> Option<String> {
    let kinds = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let name = kinds.into_iter().find_map(|kind| error.get(kind))?.to_string();
    Some(say!("cargo-lab/usage/similar", name))
}

/// The usage line, whose first word is clap's.
fn usage(error: &Error) -> Option<String> {
    let usage = error.get(ContextKind::Usage)?.to_string();
    let line = usage.strip_prefix("Usage: ")?.trim_end();
    Some(format!("{} {line}", say!("cargo-lab/help/usage")))
}
