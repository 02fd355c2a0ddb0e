//! Words for people: what a status, an outcome and a kind of finding are called everywhere.

use crate::check::{Check, Kind};
use crate::grade::model::{CheckRecord, Class, LabStatus, Outcome, Status};
use crate::labs;

pub fn status(status: Status) -> &'static str {
    match status {
        Status::Graded => "graded",
        Status::BadArchive => "bad archive",
        Status::Empty => "empty",
        Status::Absent => "absent",
        Status::NeedsALook => "needs a look",
    }
}

pub fn lab_status(status: LabStatus) -> &'static str {
    match status {
        LabStatus::Graded => "graded",
        LabStatus::DoesNotCompile => "does not compile",
        LabStatus::CompileTimeout => "compiler took too long",
        LabStatus::CompileOutOfMemory => "compiler ran out of memory",
        LabStatus::Refused => "refused",
        LabStatus::Missing => "not handed in",
        LabStatus::NeedsALook => "needs a look",
    }
}

pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::NotStarted => "not started",
        Outcome::Blocked => "blocked",
        Outcome::NotRun => "not run",
        Outcome::NeedsALook => "needs a look",
    }
}

/// `TCP echo server`
pub fn lab_title(lab: u8) -> &'static str {
    labs::lab(lab).map_or("", |lab| lab.title())
}

/// A sentence on what a right program does. A check that this grader no longer has goes by its name.
pub fn title(check: &CheckRecord) -> String {
    known(&check.id).map_or_else(|| check.name.replace('_', " "), |known| known.title().to_string())
}

pub fn known(id: &str) -> Option<&'static Check> {
    labs::check(id)
}

/// Points that may carry a fraction, as `44.5` or `44`.
pub fn short(hundredths: i64) -> String {
    let text = crate::grade::model::Hundredths(hundredths).to_string();
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// How programs were kept in, where that is weaker than it should be: a sentence for the top of every report.
pub fn banner(sandbox: &str) -> Option<&'static str> {
    match sandbox {
        "bwrap" => None,
        "uid" => Some(
            "Weak sandbox (uid): programs ran as another user, but saw the files and the network of the machine that graded them.",
        ),
        "none" => Some("No sandbox (none): programs ran with all rights of the person who graded them."),
        _ => Some("It is not known how programs were kept in when they were graded."),
    }
}

/// The weakest way in which programs of this class were kept in.
pub fn class_banner(class: &Class) -> Option<&'static str> {
    let tiers = || class.rows.iter().map(|row| row.record.sandbox.as_str()).chain([class.sandbox.as_str()]);
    ["none", "uid"]
        .into_iter()
        .find(|tier| tiers().any(|used| used == *tier))
        .map_or_else(|| tiers().find(|tier| !tier.is_empty() && *tier != "bwrap").and_then(banner), banner)
}

/// What those do who have this finding: "31 of 80 *stop in the middle of an answer*".
pub fn doing(kind: &str) -> String {
    let known = Kind::ALL.iter().find(|known| known.as_str() == kind);
    known.map_or_else(|| format!("fail ({kind})"), |kind| doing_kind(*kind).to_string())
}

fn doing_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::NotListening => "never say where they listen",
        Kind::ListensElsewhere => "listen somewhere else than they were asked to",
        Kind::Refused => "refuse a connection that they should take",
        Kind::NotRefused => "take a connection that they should refuse",
        Kind::NoConnection => "never connect",
        Kind::ExtraConnection => "connect where, or more often than, they should not",
        Kind::NoAnswer => "wait where an answer is owed",
        Kind::ShortAnswer => "stop in the middle of an answer",
        Kind::WrongBytes => "send other bytes than they should",
        Kind::ExtraBytes => "send more bytes than belong there",
        Kind::LostBytes => "lose bytes in the middle of a stream",
        Kind::EarlyEnd => "end the stream too early",
        Kind::NoEnd => "do not end the stream",
        Kind::Reset => "reset the connection",
        Kind::DoesNotRead => "do not read what they were sent",
        Kind::Unbounded => "take in without limit what they cannot give out",
        Kind::Exited => "end when they should go on",
        Kind::WrongExit => "end with the wrong exit code",
        Kind::NoExit => "do not end when they should",
        Kind::Spins => "keep the CPU busy with nothing to do",
        Kind::Killed => "are ended by a signal",
        Kind::Panicked => "panic",
        Kind::SilentError => "do not say what went wrong",
        Kind::TooEarly => "send before it is time",
        Kind::TooLate => "send too late",
        Kind::NoDatagram => "do not send a datagram that is owed",
        Kind::WrongDatagram => "send another datagram than they should",
        Kind::ExtraDatagram => "send a datagram that should not be there",
        Kind::WrongReply => "give a reply that the protocol does not have there",
        Kind::WrongRequest => "send a request that breaks the protocol",
    }
}
