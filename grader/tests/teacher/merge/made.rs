//! A class that was never judged: records as a judge would have left them, and parts of it, as `--shard` leaves them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use grader::grade::commands::exit;
use grader::grade::intake::Found;
use grader::grade::merge::{Merged, Options, gather};
use grader::grade::model::{
    CaseRecord, CheckRecord, Class, Identity, LabRecord, LabStatus, Observed, Outcome, Person, Record, Rung, Seen,
    Status, VERSION,
};
use grader::grade::session::{Listing, Session};
use grader::grade::shard::{self, Shard, ShardFile};
use tempfile::TempDir;

pub const RULES: &str = "title = \"Sockets\"\nlabs = [1]\nseed = \"00000000000000aa\"\n";

/// Numbers that look drawn, and are the same each time.
pub struct Drawn(pub u64);

impl Drawn {
    pub fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % most
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(at + 1));
        }
    }
}

/// A class, and who is absent.
#[derive(Clone)]
pub struct Made {
    pub records: Vec<Record>,
    pub absent: Vec<Identity>,
}

impl Made {
    pub fn new(n: usize) -> Made {
        Made { records: (0..n).map(record).collect(), absent: vec![identity("zoe")] }
    }

    pub fn ids(&self) -> Vec<String> {
        self.records.iter().map(|record| record.identity.id.clone()).collect()
    }

    fn listing(&self, takes: impl Fn(&str) -> bool) -> Listing {
        let found = |record: &Record| Found {
            identity: record.identity.clone(),
            attempt: 1,
            content: format!("content of {}", record.identity.id),
            ..Found::default()
        };
        Listing {
            version: VERSION,
            from: "in".to_string(),
            layout: "a folder for each student".to_string(),
            sandbox: "bwrap".to_string(),
            submissions: self.records.iter().filter(|record| takes(&record.identity.id)).map(found).collect(),
            absent: self.absent.clone(),
            unplaced: vec![("who.zip".to_string(), "nobody is called so".to_string())],
            ..Listing::default()
        }
    }

    /// The class as a run that was asked for no part leaves it.
    pub fn whole(&self, out: &Path) -> Class {
        let mut session = Session::open(out, Some(&rules(out, RULES))).unwrap();
        self.records.iter().for_each(|record| write(out, record));
        let seed = session.listing.seed;
        let graded_at = self.records.iter().map(|record| record.observed.at.clone()).max().unwrap_or_default();
        session.listing = Listing { seed, graded_at, ..self.listing(|_| true) };
        session.save().unwrap();
        session.class().unwrap().0
    }

    /// What part M of N leaves in this folder. `observed` is what differs where work is done twice.
    pub fn part(&self, out: &Path, part: Shard, change: impl Fn(&mut Record)) -> PathBuf {
        for name in ["results", shard::FOLDER] {
            fs::create_dir_all(out.join(name)).unwrap();
        }
        fs::write(out.join("course.toml"), RULES).unwrap();
        let mine: Vec<&Record> = self.records.iter().filter(|record| part.takes(&record.identity.id)).collect();
        for record in &mine {
            let mut record = (*record).clone();
            change(&mut record);
            write(out, &record);
        }
        fs::write(part.path(out), serde_json::to_vec(&self.file(part)).unwrap()).unwrap();
        part.path(out)
    }

    pub fn file(&self, part: Shard) -> ShardFile {
        let mine = || self.records.iter().filter(|record| part.takes(&record.identity.id));
        ShardFile {
            schema: shard::SCHEMA,
            shard: part.index,
            of: part.of,
            class: shard::class(&self.ids()),
            course: shard::digest(RULES.as_bytes()),
            grader: "0.1.0".to_string(),
            toolchain: "rustc 1.95.0".to_string(),
            submissions: self.ids(),
            mine: mine().map(|record| record.identity.id.clone()).collect(),
            unplaced: Vec::new(),
            seconds: mine()
                .map(|record| (record.identity.id.clone(), record.observed.seconds))
                .collect::<BTreeMap<_, _>>(),
            listing: Some(self.listing(|id| part.takes(id))),
        }
    }
}

/// As the grader writes it, but without waiting for the disk.
fn write(out: &Path, record: &Record) {
    let bytes = [serde_json::to_vec_pretty(record).unwrap(), b"\n".to_vec()].concat();
    fs::write(out.join(format!("results/{}.json", record.identity.id)), bytes).unwrap();
}

/// A course file beside the folder.
fn rules(out: &Path, text: &str) -> PathBuf {
    let path = out.with_extension("toml");
    fs::write(&path, text).unwrap();
    path
}

fn identity(id: &str) -> Identity {
    let person = Person { name: format!("Student {id}"), ..Person::default() };
    Identity { id: id.to_string(), people: vec![person], origin: format!("in/{id}"), ..Identity::default() }
}

/// Every third fails a check, with a ladder; every seventh does not compile.
fn record(number: usize) -> Record {
    let id = format!("s{number:03}");
    let fails = number.is_multiple_of(3);
    let broken = number % 7 == 6;
    let mut observed = Observed {
        at: format!("2026-11-20T12:{:02}:00Z", number % 60),
        seconds: 1.5 + number as f64,
        ..Observed::default()
    };
    if fails && !broken {
        observed.cases.insert("1.04".to_string(), &seen());
    }
    let check = |id: &str, name: &str, points: u32, passed: bool| {
        let outcome = if passed { Outcome::Passed } else { Outcome::Failed };
        let (got, reason) = if passed { (points, "") } else { (0, "no-answer") };
        let case = CaseRecord {
            case: String::new(),
            points: got,
            of: points,
            outcome,
            seed: format!("{number:08x}"),
            reason: reason.to_string(),
            rounds: None,
            unsteady: false,
        };
        let (id, name, tier) = (id.to_string(), name.to_string(), "core".to_string());
        CheckRecord { id, name, tier, points: got, of: points, outcome, cases: vec![case] }
    };
    let checks = vec![check("1.01", "listens_where_it_says", 5, true), check("1.04", "answers_at_once", 8, !fails)];
    let lab = match broken {
        true => LabRecord {
            lab: 1,
            status: LabStatus::DoesNotCompile,
            message: "error: expected `;`".to_string(),
            points: 0,
            possible: 100,
            checks: Vec::new(),
        },
        false => LabRecord {
            lab: 1,
            status: LabStatus::Graded,
            message: String::new(),
            points: checks.iter().map(|check| check.points).sum(),
            possible: 100,
            checks,
        },
    };
    Record {
        version: VERSION,
        key: format!("{number:064x}"),
        identity: identity(&id),
        status: Status::Graded,
        message: String::new(),
        labs: vec![lab],
        ignored: Vec::new(),
        sandbox: "bwrap".to_string(),
        observed,
    }
}

fn seen() -> Seen {
    let rung =
        |at: u32| Rung { ms: f64::from(at), peer: "client".to_string(), what: "sent".to_string(), ..Rung::default() };
    Seen { report: "FAILED  1.04\n".to_string(), ladder: (0..20).map(rung).collect(), ..Seen::default() }
}

/// Parts in folders of their own, and what they are merged into.
pub struct Parts {
    pub folder: TempDir,
    pub made: Made,
}

impl Parts {
    pub fn new(n: usize) -> Parts {
        Parts { folder: tempfile::tempdir().unwrap(), made: Made::new(n) }
    }

    /// A class of seven in two parts.
    pub fn two() -> Parts {
        let parts = Parts::new(7);
        for index in 0..2 {
            parts.made.part(&parts.path(&format!("p{index}")), Shard { index, of: 2 }, |_| {});
        }
        parts
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn options(&self, names: &[&str]) -> Options {
        let folders = names.iter().map(|name| self.path(name)).collect();
        Options { folders, out: self.path("class"), allow_missing: false }
    }

    pub fn merge(&self, names: &[&str]) -> Merged {
        gather(&self.options(names)).unwrap_or_else(|ends| panic!("{:#}", ends.why))
    }

    /// What is said where nothing is merged. No class may be there then.
    pub fn refused(&self, names: &[&str]) -> String {
        let ends = gather(&self.options(names)).map(drop).expect_err("it must be refused");
        assert_eq!(ends.code, exit::INCOMPLETE, "{:#}", ends.why);
        assert!(!self.path("class/class.json").exists() && !self.path("class/results").exists());
        format!("{:#}", ends.why)
    }

    /// The part that this one is in, and the name of its folder.
    pub fn of(&self, id: &str) -> (Shard, String) {
        let index = (0..2).find(|index| Shard { index: *index, of: 2 }.takes(id)).unwrap();
        (Shard { index, of: 2 }, format!("p{index}"))
    }

    pub fn result(&self, id: &str) -> PathBuf {
        self.path(&self.of(id).1).join(format!("results/{id}.json"))
    }

    /// Writes the file of a part anew.
    pub fn change(&self, index: u32, change: impl Fn(&mut ShardFile)) {
        let part = Shard { index, of: 2 };
        let out = self.path(&format!("p{index}"));
        let mut file = ShardFile::read(&part.path(&out)).unwrap();
        change(&mut file);
        file.write(&out).unwrap();
    }
}
