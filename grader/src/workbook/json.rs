//! Results as JSON: the same data that the terminal's text is made from. The schemas are in `docs/src/json`.

use serde_json::{Value, json};

use super::version;
use crate::check::{Finding, Outcome};
use crate::labs::LabInfo;
use crate::run::{CaseResult, CheckResult};
use crate::wire::{Bytes, Event, What};

/// The version of these formats (check, prove, doctor); it grows when a field changes its meaning or goes.
pub const VERSION: u32 = 1;

/// All labs of one run.
pub struct Document {
    seed: u64,
    labs: Vec<Value>,
}

impl Document {
    pub fn new(seed: u64) -> Document {
        Document { seed, labs: Vec::new() }
    }

    pub fn does_not_compile(&mut self, lab: &LabInfo, message: &str) {
        self.labs.push(json!({ "lab": lab.number, "status": "does not compile", "message": message, "checks": [] }));
    }

    pub fn trouble(&mut self, lab: &LabInfo, message: &str) {
        self.labs.push(json!({ "lab": lab.number, "status": "trouble", "message": message, "checks": [] }));
    }

    pub fn lab(&mut self, lab: &LabInfo, results: &[CheckResult]) {
        self.labs.push(json!({
            "lab": lab.number,
            "title": lab.title(),
            "status": "checked",
            "points": results.iter().map(CheckResult::points).sum::<u32>(),
            "possible": results.iter().map(CheckResult::possible).sum::<u32>(),
            "checks": results.iter().map(check).collect::<Vec<_>>(),
        }));
    }

    pub fn text(&self) -> String {
        let seed = format!("{:04x}", self.seed);
        let document = json!({
            "format": "loopback-check",
            "version": VERSION,
            "grader": version::GRADER,
            "pack": version::of_this_pack(),
            "seed": seed,
            "labs": self.labs,
        });
        serde_json::to_string_pretty(&document).unwrap_or_default()
    }
}

fn check(result: &CheckResult) -> Value {
    json!({
        "id": result.check.id,
        "name": result.check.name,
        "tier": result.check.tier.to_string(),
        "title": result.check.title(),
        "points": result.points(),
        "of": result.check.points(),
        "outcome": result.leading().outcome.word(),
        "cases": result.cases.iter().map(case).collect::<Vec<_>>(),
    })
}

fn case(result: &CaseResult) -> Value {
    let mut value = json!({
        "case": result.case.letter,
        "stub": result.case.stub,
        "points": if result.outcome.passed() { result.case.points } else { 0 },
        "of": result.case.points,
        "outcome": result.outcome.word(),
        "seed": format!("{:04x}", result.seed),
    });
    match &result.outcome {
        Outcome::Failed(found) => {
            value["finding"] = finding(found);
            value["ladder"] = result.wire.events.iter().map(event).collect();
        }
        Outcome::NotStarted(stub) => {
            value["not_started"] = json!({ "stub": stub.name, "file": stub.file, "line": stub.line });
        }
        Outcome::Blocked(need) => value["reason"] = json!(need),
        Outcome::NotRun(reason) | Outcome::Trouble(reason) => value["reason"] = json!(reason),
        Outcome::Passed => {}
    }
    if result.rounds.1 > 1 {
        value["rounds"] = json!({ "failed": result.rounds.0, "run": result.rounds.1 });
    }
    value
}

fn finding(finding: &Finding) -> Value {
    json!({
        "kind": finding.kind.as_str(),
        "want": finding.want,
        "got": finding.got,
        "note": finding.note,
        "where": crate::waits::describe(&finding.waits),
        "ended": finding.ended.map(|ended| ended.to_string()),
        "panic": finding.panic.as_ref().map(|panic| json!({
            "thread": panic.thread, "place": panic.place, "message": panic.message,
        })),
        "stderr": finding.stderr,
    })
}

/// An event as a word, a detail and its bytes.
pub fn told(what: &What) -> (&'static str, String, Option<&Bytes>) {
    match what {
        What::Start { line } => ("start", line.clone(), None),
        What::Says { line } => ("says", line.clone(), None),
        What::Connect => ("connect", String::new(), None),
        What::Refused => ("refused", String::new(), None),
        What::Accept => ("accept", String::new(), None),
        What::Sent(bytes) => ("sent", bytes.name.clone(), Some(bytes)),
        What::Received(bytes) => ("received", bytes.name.clone(), Some(bytes)),
        What::CloseWrite => ("close-write", String::new(), None),
        What::Close => ("close", String::new(), None),
        What::SendReset => ("send-reset", String::new(), None),
        What::EndOfStream => ("end-of-stream", String::new(), None),
        What::Reset => ("reset", String::new(), None),
        What::BrokenPipe => ("broken-pipe", String::new(), None),
        What::Wait { what } => ("wait", what.clone(), None),
        What::Stop { why } => ("stop", why.clone(), None),
        What::Stdin(bytes) => ("stdin", String::new(), Some(bytes)),
        What::StdinClosed => ("stdin-closed", String::new(), None),
        What::Stdout(bytes) => ("stdout", String::new(), Some(bytes)),
        What::Paused { times } => ("paused", times.to_string(), None),
        What::Exit { how } => ("exit", how.clone(), None),
        What::Say { text } => ("say", text.clone(), None),
    }
}

fn event(event: &Event) -> Value {
    let (what, detail, bytes) = told(&event.what);
    let mut value = json!({ "ms": event.at.as_secs_f64() * 1000.0, "peer": event.lane, "what": what });
    if !detail.is_empty() {
        value["detail"] = json!(detail);
    }
    if let Some(bytes) = bytes {
        value["bytes"] = json!(bytes.count);
        value["pieces"] = json!(bytes.pieces);
        value["first"] = json!(bytes.first.escape_ascii().to_string());
    }
    if event.here {
        value["here"] = json!(true);
    }
    value
}
