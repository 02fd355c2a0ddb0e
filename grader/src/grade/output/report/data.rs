//! What the report's script draws from: outcomes as letters, ladders as short arrays, each text and each ladder once.
//!
//! A class of a thousand with a few hundred long ladders has to open in two seconds: a ladder is cut to the events that tell
//! its story, and what would still be too much is left out and said so.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::rc::Rc;

use anyhow::Result;
use serde_json::{Value, json};

use crate::grade::model::{CaseRecord, CheckRecord, Class, Outcome, Row, Rung, Seen, Status};
use crate::grade::output::{clean, feedback, words};

/// The most rungs of a ladder that are drawn.
const RUNGS: usize = 48;
/// The most bytes of JSON for all findings together; the whole file stays below 20 MB.
const BUDGET: usize = 15 << 20;
/// Texts of at most so many bytes are remembered as they came, and at most so many of them: `client` and `received` stand
/// in every second rung, and are made harmless once.
const SHORT: (usize, usize) = (64, 4096);

/// The data while rows go by. What is kept of a row is text that is ready to be written, but for its cells: their order is
/// known when all rows were seen.
#[derive(Default)]
pub struct Data {
    store: Store,
    rows: Vec<OfRow>,
    /// Of each lab: all checks that anybody has, in teaching order.
    checks: BTreeMap<u8, BTreeMap<String, OfAll>>,
    /// The ids of a lab's checks, as records have them: nearly everybody's are the same.
    lists: Vec<Vec<String>>,
}

/// A check as somebody has it, and the reasons of everybody's cases.
struct OfAll {
    name: String,
    title: String,
    tier: String,
    of: u32,
    kinds: BTreeSet<String>,
}

/// A row: JSON but for `cells`.
struct OfRow {
    /// By lab: a place in [`Data::lists`], and a letter for each check of that list.
    cells: Vec<(u8, usize, String)>,
    failed: String,
    rest: String,
}

impl Data {
    pub fn add(&mut self, class: &Class, row: &Row) {
        let mut cells = Vec::new();
        for lab in row.record.labs.iter().filter(|lab| class.labs.contains(&lab.lab)) {
            let all = self.checks.entry(lab.lab).or_default();
            for check in &lab.checks {
                match all.get_mut(&check.id) {
                    Some(known) => known.add(check),
                    None => all.entry(check.id.clone()).or_insert(OfAll::new(check)).add(check),
                }
            }
            let list = self.list(&lab.checks);
            cells.push((lab.lab, list, lab.checks.iter().map(letter).collect()));
        }
        if self.rows.is_empty() {
            self.store.text("");
        }
        let (failed, rest) = of_row(class, row, &mut self.store);
        self.rows.push(OfRow { cells, failed, rest });
    }

    fn list(&mut self, checks: &[CheckRecord]) -> usize {
        let same = |list: &Vec<String>| list.iter().eq(checks.iter().map(|check| &check.id));
        self.lists.iter().position(same).unwrap_or_else(|| {
            self.lists.push(checks.iter().map(|check| check.id.clone()).collect());
            self.lists.len() - 1
        })
    }

    /// An object of five lists, a piece of text at a time:
    ///
    /// - `labs` and `rows`
    /// - `seen`: `[want, got, note, [wait], ladder]`: numbers of texts; a ladder is a number, or -1 where it was left out
    /// - `ladders`: lists of `[ms, peer, what, detail, bytes, pieces, first, here]`; a bare number stands for so many that
    ///   are left out
    /// - `texts`
    pub fn write(mut self, class: &Class, to: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
        if self.rows.is_empty() {
            self.store.text("");
        }
        let none = BTreeMap::new();
        let of = |lab: &u8| self.checks.get(lab).unwrap_or(&none);
        let labs = class.labs.iter().map(|lab| of_lab(class, *lab, of(lab)).to_string());
        list(to, "{\"labs\":[", labs)?;
        list(to, "],\n\"rows\":[", self.rows.iter().map(|row| row.json(class, &self.lists, &of)))?;
        list(to, "],\n\"seen\":[", self.store.seen.list)?;
        list(to, "],\n\"ladders\":[", self.store.ladders.list)?;
        list(to, "],\n\"texts\":[", self.store.texts.list)?;
        to("]}")
    }
}

fn list<T: AsRef<str>>(
    to: &mut dyn FnMut(&str) -> Result<()>,
    name: &str,
    all: impl IntoIterator<Item = T>,
) -> Result<()> {
    to(name)?;
    for (place, one) in all.into_iter().enumerate() {
        if place > 0 {
            to(",\n")?;
        }
        to(one.as_ref())?;
    }
    Ok(())
}

impl OfAll {
    fn new(check: &CheckRecord) -> OfAll {
        OfAll {
            name: check.name.clone(),
            title: words::title(check),
            tier: check.tier.clone(),
            of: check.of,
            kinds: BTreeSet::new(),
        }
    }

    fn add(&mut self, check: &CheckRecord) {
        // What the last of the class says holds.
        if (&self.name, &self.tier, self.of) != (&check.name, &check.tier, check.of) {
            *self = OfAll { kinds: std::mem::take(&mut self.kinds), ..OfAll::new(check) };
        }
        for case in &check.cases {
            if !self.kinds.contains(&case.reason) {
                self.kinds.insert(case.reason.clone());
            }
        }
    }
}

impl OfRow {
    fn json<'a>(
        &self,
        class: &Class,
        lists: &[Vec<String>],
        of: &dyn Fn(&u8) -> &'a BTreeMap<String, OfAll>,
    ) -> String {
        let cell = |lab: &u8| {
            let own = self.cells.iter().find(|(number, ..)| number == lab);
            let own = own.map(|(_, list, letters)| (&lists[*list], letters));
            match own {
                Some((list, letters)) if list.iter().eq(of(lab).keys()) => letters.clone(),
                _ => {
                    let all = own.into_iter().flat_map(|(list, letters)| list.iter().zip(letters.chars()));
                    let letters: BTreeMap<&String, char> = all.collect();
                    of(lab).keys().map(|id| letters.get(id).copied().unwrap_or('.')).collect()
                }
            }
        };
        let cells: BTreeMap<String, String> = class.labs.iter().map(|lab| (lab.to_string(), cell(lab))).collect();
        format!("{{\"cells\":{},\"failed\":{},{}", json!(cells), self.failed, self.rest)
    }
}

/// Pieces of JSON that are kept once, and named by their place. As text: as values they would need ten times the memory.
#[derive(Default)]
struct Once {
    list: Vec<Rc<str>>,
    places: HashMap<Rc<str>, usize>,
    bytes: usize,
}

impl Once {
    fn place(&mut self, json: String) -> usize {
        if let Some(place) = self.places.get(json.as_str()) {
            return *place;
        }
        let json: Rc<str> = json.into();
        self.bytes += json.len() + 2;
        self.places.insert(Rc::clone(&json), self.list.len());
        self.list.push(json);
        self.list.len() - 1
    }
}

#[derive(Default)]
struct Store {
    texts: Once,
    short: HashMap<String, usize>,
    seen: Once,
    ladders: Once,
}

impl Store {
    fn text(&mut self, text: &str) -> usize {
        if let Some(place) = self.short.get(text) {
            return *place;
        }
        let place = self.texts.place(json!(clean::line(text, 600)).to_string());
        if text.len() <= SHORT.0 && self.short.len() < SHORT.1 {
            self.short.insert(text.to_string(), place);
        }
        place
    }

    fn seen(&mut self, seen: &Seen) -> usize {
        let waits: Vec<usize> = seen.waits.iter().take(16).map(|wait| self.text(wait)).collect();
        let texts = [self.text(&seen.want), self.text(&seen.got), self.text(&seen.note)];
        let ladder = self.ladder(&seen.ladder);
        self.seen.place(json!([texts[0], texts[1], texts[2], waits, ladder]).to_string())
    }

    fn ladder(&mut self, rungs: &[Rung]) -> i64 {
        if self.texts.bytes + self.seen.bytes + self.ladders.bytes > BUDGET {
            return -1;
        }
        let rungs: Vec<String> = chosen(rungs).into_iter().map(|rung| self.rung(rung)).collect();
        i64::try_from(self.ladders.place(format!("[{}]", rungs.join(",")))).unwrap_or(-1)
    }

    /// Written as text at once: as values, a large class's ladders would be most of the work.
    fn rung(&mut self, rung: Chosen) -> String {
        let rung = match rung {
            Chosen::Rung(rung) => rung,
            Chosen::Left(count) => return count.to_string(),
        };
        let ms = if (rung.ms * 10.0).is_finite() { (rung.ms * 10.0).round() / 10.0 } else { 0.0 };
        let text = [&rung.peer, &rung.what, &rung.detail, &rung.first].map(|text| Some(self.text(text) as u64));
        let pieces = Some(u64::from(rung.pieces));
        let rest = [text[0], text[1], text[2], rung.bytes, pieces, text[3], Some(u64::from(rung.here))];
        let last = rest.iter().rposition(|number| number.is_some_and(|number| number > 0));
        let mut json = format!("[{ms:?}");
        for number in &rest[..last.map_or(0, |last| last + 1)] {
            // Into a string, which does not fail.
            let _ = match number {
                Some(number) => write!(json, ",{number}"),
                None => write!(json, ",null"),
            };
        }
        json.push(']');
        json
    }
}

enum Chosen<'a> {
    Rung(&'a Rung),
    Left(usize),
}

/// Of a long ladder: its beginning, what leads to the place where it went wrong, and its end.
fn chosen(rungs: &[Rung]) -> Vec<Chosen<'_>> {
    let here = rungs.iter().position(|rung| rung.here).unwrap_or(rungs.len());
    let worth = |at: usize| at < 12 || at + 12 >= rungs.len() || (at + 16 >= here && at <= here + 6);
    let kept: Vec<usize> = (0..rungs.len()).filter(|at| rungs.len() <= RUNGS || worth(*at)).collect();
    let mut all = Vec::new();
    let mut next = 0;
    for at in kept {
        if at > next {
            all.push(Chosen::Left(at - next));
        }
        all.push(Chosen::Rung(&rungs[at]));
        next = at + 1;
    }
    all
}

fn of_lab(class: &Class, lab: u8, checks: &BTreeMap<String, OfAll>) -> Value {
    let checks: Vec<Value> = checks.iter().map(|(id, of_all)| of_check(class, id, of_all)).collect();
    json!({ "lab": lab, "title": words::lab_title(lab), "checks": checks })
}

fn of_check(class: &Class, id: &str, all: &OfAll) -> Value {
    let known = words::known(id);
    let usual = known.iter().flat_map(|known| known.usually()).filter(|usual| all.kinds.contains(usual.0.as_str()));
    let usually: BTreeMap<&str, &str> = usual.map(|usual| (usual.0.as_str(), usual.1)).collect();
    json!({
        "id": clean::line(id, 12),
        "name": clean::line(&all.name, 80),
        "title": clean::line(&all.title, clean::LINE),
        "tier": clean::line(&all.tier, 12),
        "of": all.of,
        "hidden": class.hidden.iter().any(|hidden| hidden == id),
        "catches": known.map_or("", |known| known.catches()),
        "reference": known.map_or("", |known| known.reference()),
        "usually": usually,
    })
}

/// What failed, and the fields behind it.
fn of_row(class: &Class, row: &Row, store: &mut Store) -> (String, String) {
    let mut failed: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for check in row.record.labs.iter().flat_map(|lab| &lab.checks) {
        let open = check.cases.iter().filter(|case| case.outcome != Outcome::Passed || case.unsteady);
        let told: Vec<Value> = open.map(|case| of_case(class, row, check, case, store)).collect();
        if !told.is_empty() {
            failed.insert(check.id.clone(), told);
        }
    }
    let status = row.record.status;
    let trouble = if status == Status::Graded { "" } else { words::status(status) };
    let names: Vec<String> = row.record.identity.people.iter().map(|person| clean::line(&person.name, 80)).collect();
    let rest = json!({ "id": clean::line(&row.record.identity.id, 64), "name": names.join(", "), "trouble": trouble });
    (json!(failed).to_string(), rest.to_string().split_off(1))
}

/// `[case, what came of it, its kind, finding]`; the finding is left out where there is none.
fn of_case(class: &Class, row: &Row, check: &CheckRecord, case: &CaseRecord, store: &mut Store) -> Value {
    let seen = row.record.observed.cases.get(&format!("{}{}", check.id, case.case));
    // A teacher is told which check blocks another, also when it is hidden.
    let told = feedback::told(&Class::default(), case);
    let told = if class.hidden.contains(&check.id) { format!("{told} (hidden from students)") } else { told };
    let (told, kind) = (store.text(&told), store.text(&case.reason));
    match seen {
        Some(seen) => json!([clean::line(&case.case, 4), told, kind, store.seen(&seen)]),
        None => json!([clean::line(&case.case, 4), told, kind]),
    }
}

/// `H`: some of its cases passed.
fn letter(check: &CheckRecord) -> char {
    match check.outcome {
        _ if check.points > 0 && check.points < check.of => 'H',
        Outcome::Passed => 'P',
        Outcome::Failed => 'F',
        Outcome::NotStarted => 'N',
        Outcome::Blocked => 'B',
        Outcome::NotRun => 'R',
        Outcome::NeedsALook => 'L',
    }
}
