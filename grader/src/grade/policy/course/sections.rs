//! The sections of the course file, one function each.

use jiff::tz::TimeZone;
use toml::de::DeTable;

use super::amount::{decimal, seconds};
use super::grades::grades;
use super::late::{self, Said};
use super::read::{Problem, Reader, Table, Value, instead};
use super::when::zone;
use super::{Course, Deadline, Extension, Groups, Item, Lab, Late, Rounding, Run, Secret, Slip, Spend, Way};
use crate::grade::model::Hundredths;
use crate::grade::model::Tries;
use crate::labs::LABS;

const LABS_WANTED: &str = "a list of labs such as `[1, 2]`";

/// What an empty file is.
pub(super) fn default() -> Course {
    let lab = |number| Lab { number, weight: Hundredths::of_points(100), late: Late::default() };
    Course {
        title: "Loopback".to_string(),
        labs: LABS.iter().map(|info| lab(info.number)).collect(),
        slip: Slip::default(),
        extensions: Vec::new(),
        grades: Vec::new(),
        seed: None,
        hidden: Vec::new(),
        manual: Vec::new(),
        tries: Tries::default(),
        pattern: None,
        groups: Groups::default(),
        run: Run { unsteady: 5, ..Run::default() },
        rounding: Rounding { to: Hundredths(1), way: Way::Nearest },
    }
}

pub(super) fn parse(text: &str) -> Result<Course, Vec<Problem>> {
    let mut reader = Reader::new(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    if let Some(error) = errors.first() {
        reader.not_toml(error);
        return Err(reader.problems);
    }
    let course = course(&mut reader, Table::new("the course file", 0, table.get_ref()));
    reader.problems.sort_by_key(|problem| (problem.line, problem.column));
    if reader.problems.is_empty() { Ok(course) } else { Err(reader.problems) }
}

fn course(reader: &mut Reader, mut top: Table) -> Course {
    let mut course = default();
    if let Some(title) = reader.text(top.take("title"), "`title = \"Networks, autumn 2026\"`") {
        course.title = title;
    }
    let zone = time_zone(reader, top.take("timezone"));
    course.labs = labs(reader, &mut top, zone.as_ref());
    let numbers: Vec<u8> = course.labs.iter().map(|lab| lab.number).collect();
    course.slip = slip(reader, top.take("slip_days"));
    let tables = reader.tables(top.take("extension"), "`[[extension]]`");
    course.extensions =
        tables.into_iter().filter_map(|table| extension(reader, table, &course.labs, zone.as_ref())).collect();
    course.grades = grades(reader, top.take("grade"), &numbers);
    course.seed = seed(reader, top.take("seed"));
    course.hidden = hidden(reader, top.take("hidden"));
    course.manual = manual(reader, top.take("manual"));
    let tries = [("latest", Tries::Latest), ("best", Tries::Best), ("error", Tries::Error)];
    course.tries = reader.choice(top.take("tries"), &tries).unwrap_or_default();
    course.pattern = intake(reader, top.take("intake"));
    let groups = [("same", Groups::Same), ("single", Groups::Single)];
    course.groups = reader.choice(top.take("groups"), &groups).unwrap_or_default();
    course.run = run(reader, top.take("run"), top.take("unsteady"));
    course.rounding = rounding(reader, top.take("rounding"));
    top.end(reader);
    course
}

fn time_zone(reader: &mut Reader, value: Option<Value>) -> Option<TimeZone> {
    let value = value?;
    let name = reader.text(Some(value.clone()), "`timezone = \"Europe/Berlin\"`")?;
    zone(&name).map_err(|why| reader.problem(value.at, why)).ok()
}

fn labs(reader: &mut Reader, top: &mut Table, zone: Option<&TimeZone>) -> Vec<Lab> {
    let mut numbers = match top.take("labs") {
        Some(value) => lab_numbers(reader, value),
        None => LABS.iter().map(|info| info.number).collect(),
    };
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.is_empty() && reader.problems.is_empty() {
        reader.problem(top.at, "no lab counts in this course; try: `labs = [1]`");
    }
    let all = match top.take("late").and_then(|value| reader.table(Some(value), "`[late]`")) {
        Some(mut table) => {
            let all = late::said(reader, &mut table, zone);
            table.end(reader);
            all
        }
        None => Said::default(),
    };
    let mut own = own_rules(reader, top.take("lab"), &numbers, zone);
    let weight = Hundredths::of_points(100);
    let mut lab = |number: &u8| {
        let place = own.iter().position(|(lab, ..)| lab == number);
        let (_, weighs, said) = place.map_or((*number, None, Said::default()), |place| own.swap_remove(place));
        let late = late::late(reader, *number, &said, &all);
        Lab { number: *number, weight: weighs.unwrap_or(weight), late }
    };
    numbers.iter().map(&mut lab).collect()
}

/// The tables `[lab.1]` to `[lab.5]`.
fn own_rules(
    reader: &mut Reader,
    value: Option<Value>,
    numbers: &[u8],
    zone: Option<&TimeZone>,
) -> Vec<(u8, Option<Hundredths>, Said)> {
    let Some(mut tables) = value.and_then(|value| reader.table(Some(value), "`[lab.1]`")) else { return Vec::new() };
    let mut rules = Vec::new();
    for (key, at, value) in tables.rest() {
        let Some(number) = key.parse().ok().filter(|number| numbers.contains(number)) else {
            let known: Vec<String> = numbers.iter().map(u8::to_string).collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            reader.problem(at, format!("`{key}` is not one of the course's labs; {}", instead(key, &known)));
            continue;
        };
        let Some(mut table) = reader.table(Some(value), &format!("`[lab.{key}]`")) else { continue };
        let weight = reader.parsed(table.take("weight"), "points, such as `100` or `12.5`", decimal);
        let mut said = late::said(reader, &mut table, zone);
        said.place(at);
        table.end(reader);
        rules.push((number, weight, said));
    }
    rules
}

/// Numbers of labs that exist.
fn lab_numbers(reader: &mut Reader, value: Value) -> Vec<u8> {
    let mut numbers = Vec::new();
    for item in reader.list(Some(value), LABS_WANTED).unwrap_or_default() {
        let number = reader.number(Some(item), 1, LABS.len() as u32);
        numbers.extend(number.and_then(|number| u8::try_from(number).ok()));
    }
    numbers
}

/// Numbers of labs that count in this course.
pub(super) fn course_labs(reader: &mut Reader, value: Value, course: &[u8]) -> Vec<u8> {
    let at = value.at;
    let numbers = lab_numbers(reader, value);
    for number in numbers.iter().filter(|number| !course.contains(number)) {
        reader.problem(at, format!("lab {number} does not count in this course; try: a lab of `labs`"));
    }
    numbers
}

fn slip(reader: &mut Reader, value: Option<Value>) -> Slip {
    let Some(mut table) = value.and_then(|value| reader.table(Some(value), "`[slip_days]`")) else {
        return Slip::default();
    };
    let total = reader.number(table.take("total"), 0, 100).unwrap_or(0);
    let per_lab = reader.number(table.take("per_lab"), 0, 100).unwrap_or(total);
    let spends = [("best", Spend::Best), ("in-order", Spend::InOrder)];
    let spend = reader.choice(table.take("spend"), &spends).unwrap_or_default();
    table.end(reader);
    Slip { total, per_lab, spend }
}

fn extension(reader: &mut Reader, mut table: Table, course: &[Lab], zone: Option<&TimeZone>) -> Option<Extension> {
    let at = table.at;
    let all: Vec<u8> = course.iter().map(|lab| lab.number).collect();
    let student = reader.text(table.take("student"), "an id, an e-mail address or a name");
    let these = table.take("labs").map(|value| course_labs(reader, value, &all));
    let until = table.take("until").and_then(|value| late::moment(reader, value, zone));
    let days = reader.number(table.take("days"), 1, 3650);
    let reason = reader.text(table.take("reason"), "`reason = \"ill, certificate seen\"`");
    table.end(reader);
    if until.is_some() == days.is_some() {
        reader.problem(at, "an extension needs either `until` or `days`; try: `days = 7`");
    }
    if student.is_none() || reason.is_none() {
        reader.problem(at, "an extension needs `student` and `reason`; try: `reason = \"ill, certificate seen\"`");
    }
    let labs = these.unwrap_or(all);
    let moved = |lab: &Lab, until: &Deadline| labs.contains(&lab.number) && lab.late.is_before(until);
    if until.as_ref().is_some_and(|until| !course.iter().any(|lab| moved(lab, until))) {
        reader.problem(at, "no deadline of these labs is before `until`, so nothing is extended; try: another year");
    }
    Some(Extension { student: student?, labs, until, days: days.unwrap_or(0), reason: reason? })
}

/// The value is never part of a problem.
fn seed(reader: &mut Reader, value: Option<Value>) -> Option<Secret> {
    let value = value?;
    match value.value.as_str().filter(|text| text.chars().count() >= 12) {
        Some(text) => Some(Secret(text.to_string())),
        None => {
            reader.problem(value.at, "a seed is a text of 12 characters or more, so that nobody finds it by trying");
            None
        }
    }
}

fn hidden(reader: &mut Reader, value: Option<Value>) -> Vec<String> {
    let mut hidden = Vec::new();
    let known: Vec<&str> = LABS.iter().flat_map(|lab| lab.checks).map(|check| check.id).collect();
    for item in reader.list(value, "a list of checks such as `[\"1.09\", \"3.14\"]`").unwrap_or_default() {
        let Some(id) = reader.text(Some(item.clone()), "a check in quotes, such as `\"1.09\"`") else { continue };
        if !known.contains(&id.as_str()) {
            let named = LABS.iter().flat_map(|lab| lab.checks).find(|check| check.name == id);
            let try_this = named.map_or_else(|| instead(&id, &known), |check| format!("try: `{}`", check.id));
            reader.problem(item.at, format!("there is no check `{id}`; {try_this}"));
        }
        hidden.push(id);
    }
    hidden.sort_unstable();
    hidden.dedup();
    hidden
}

fn manual(reader: &mut Reader, value: Option<Value>) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for mut table in reader.tables(value, "`[[manual]]`") {
        let at = table.at;
        let name = reader.text(table.take("item"), "`item = \"style\"`");
        let of = reader.parsed(table.take("points"), "points, such as `10` or `2.5`", decimal);
        let required = reader.yes(table.take("required")).unwrap_or(true);
        table.end(reader);
        match (name, of) {
            (Some(name), Some(_)) if items.iter().any(|item| item.name == name) => {
                reader.problem(at, format!("there are two items `{name}`; try: another name"));
            }
            (Some(name), Some(of)) => items.push(Item { name, of, required }),
            _ => reader.problem(at, "a manual item needs `item` and `points`; try: `item = \"style\"`"),
        }
    }
    items
}

fn intake(reader: &mut Reader, value: Option<Value>) -> Option<String> {
    let mut table = value.and_then(|value| reader.table(Some(value), "`[intake]`"))?;
    let value = table.take("pattern");
    table.end(reader);
    let at = value.as_ref()?.at;
    let pattern = reader.text(value, "a regular expression with named groups")?;
    let want = "try: `'^(?P<name>[^_]+)_(?P<id>\\d+)_(?P<file>.+)$'`";
    match regex::Regex::new(&pattern) {
        Ok(regex) if regex.capture_names().flatten().any(|name| matches!(name, "id" | "name" | "email")) => {}
        Ok(_) => reader.problem(at, format!("the pattern names no `id`, `name` or `email`; {want}")),
        Err(error) => {
            let why = error.to_string();
            let why = why.lines().last().unwrap_or("").trim().trim_start_matches("error: ");
            reader.problem(at, format!("the pattern cannot be read: {why}; {want}"));
        }
    }
    Some(pattern)
}

fn run(reader: &mut Reader, run: Option<Value>, unsteady: Option<Value>) -> Run {
    let mut told = default().run;
    let time =
        |text: &str| seconds(text).and_then(|seconds| u64::try_from(seconds).ok()).filter(|seconds| *seconds > 0);
    if let Some(mut table) = run.and_then(|value| reader.table(Some(value), "`[run]`")) {
        told.jobs = reader.number(table.take("jobs"), 1, 1024);
        told.compile_timeout = reader.parsed(table.take("compile_timeout"), "`\"60 s\"`", time);
        told.submission_timeout = reader.parsed(table.take("submission_timeout"), "`\"10 min\"`", time);
        table.end(reader);
    }
    if let Some(mut table) = unsteady.and_then(|value| reader.table(Some(value), "`[unsteady]`")) {
        told.unsteady = reader.number(table.take("runs"), 1, 100).unwrap_or(told.unsteady);
        table.end(reader);
    }
    told
}

fn rounding(reader: &mut Reader, value: Option<Value>) -> Rounding {
    let mut rounding = default().rounding;
    if let Some(mut table) = value.and_then(|value| reader.table(Some(value), "`[rounding]`")) {
        let step = |text: &str| decimal(text).filter(|step| step.0 > 0 && step.0 <= 10_000);
        rounding.to = reader.parsed(table.take("to"), "`1`, `0.5` or `0.01`", step).unwrap_or(rounding.to);
        let ways = [("nearest", Way::Nearest), ("up", Way::Up), ("down", Way::Down)];
        rounding.way = reader.choice(table.take("way"), &ways).unwrap_or_default();
        table.end(reader);
    }
    rounding
}
