//! Small classes: a folder with what was downloaded, the rules, and the results.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use grader::build::Workspace;
use grader::prove;
use serde_json::Value;
use tempfile::TempDir;

/// Nothing here takes long; a hang must not hold up the others.
pub const LIMIT: Duration = Duration::from_secs(300);
/// One lab, and no program is run again.
pub const RULES: &str = "title = \"Sockets\"\nlabs = [1]\n\n[unsteady]\nruns = 1\n";

pub static SOLUTION: LazyLock<String> = LazyLock::new(|| prove::solution(&Workspace::find().unwrap(), 1).unwrap());
/// Fails one check each time in the same way, and all others never.
pub static MUTANT: LazyLock<String> = LazyLock::new(|| mutant("lab1-unwraps-bind"));

pub fn mutant(id: &str) -> String {
    let mutants = prove::mutants(&Workspace::find().unwrap(), 1).unwrap();
    mutants.iter().find(|mutant| mutant.id == id).unwrap().text(&SOLUTION).unwrap()
}

pub static STUBS: LazyLock<String> =
    LazyLock::new(|| fs::read_to_string(Workspace::find().unwrap().lab(1).join("src/lib.rs")).unwrap());
pub static BROKEN: LazyLock<String> = LazyLock::new(|| SOLUTION.replacen(';', "", 3));

/// `in/` is the download, `graded/` what comes of it, `tmp/` the grader's temporary files.
pub struct Class {
    pub folder: TempDir,
}

impl Class {
    pub fn new() -> Class {
        let folder = tempfile::tempdir().unwrap();
        for name in ["in", "tmp"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let class = Class { folder };
        class.open(0o711);
        class.rules(RULES);
        class
    }

    /// Jobs run as other users, who must be able to pass.
    pub fn open(&self, mode: u32) {
        for path in [self.folder.path().to_path_buf(), self.path("tmp")] {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
    }

    /// Four students: one right, one wrong, one with nothing but stubs, one whose program does not compile.
    pub fn of_four() -> Class {
        let class = Class::new();
        for (name, text) in [("ada", &SOLUTION), ("bo", &MUTANT), ("cy", &STUBS), ("di", &BROKEN)] {
            class.hand_in(name, text);
        }
        class
    }

    /// The same, graded once for all tests, in a folder of one's own.
    pub fn graded() -> Class {
        static FIRST: OnceLock<Class> = OnceLock::new();
        let first = FIRST.get_or_init(|| {
            let class = Class::of_four();
            class.grade(&[]).assert().success();
            class
        });
        let class = Class::new();
        for name in ["in", "graded"] {
            copy(&first.path(name), &class.path(name));
        }
        class
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    pub fn write(&self, below: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    pub fn hand_in(&self, name: &str, text: &str) {
        self.write(&format!("in/{name}/lib.rs"), text);
    }

    pub fn rules(&self, text: &str) {
        self.write("course.toml", text);
    }

    /// `cargo grade SUBMISSIONS` with the course file, without sandbox and preflight: these have tests of their own.
    pub fn grade(&self, more: &[&str]) -> Command {
        self.grade_in("none", more)
    }

    pub fn grade_in(&self, tier: &str, more: &[&str]) -> Command {
        let mut command = self.command(&[]);
        command.arg(self.path("in")).args(["--sandbox", tier, "--skip-preflight", "--course"]);
        command.arg(self.path("course.toml")).args(more).arg("--out").arg(self.path("graded"));
        command
    }

    /// Any other command on the results.
    pub fn then(&self, args: &[&str]) -> Command {
        let mut command = self.command(args);
        command.arg("--out").arg(self.path("graded"));
        command
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_grade"));
        command.args(args).current_dir(Workspace::find().unwrap().root()).env("TMPDIR", self.path("tmp"));
        command.env("USER", "prof").env_remove("SUDO_USER").timeout(LIMIT);
        command
    }

    pub fn record(&self, id: &str) -> Value {
        let text = fs::read(self.path(&format!("graded/results/{id}.json"))).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    /// The results without what differs from run to run, and the table.
    pub fn results(&self) -> BTreeMap<String, Vec<u8>> {
        let mut all = BTreeMap::new();
        for entry in fs::read_dir(self.path("graded/results")).unwrap() {
            let path = entry.unwrap().path();
            let mut record: Value = serde_json::from_slice(&fs::read(&path).unwrap()).expect("a whole record");
            record.as_object_mut().unwrap().remove("observed").expect("what was observed");
            all.insert(path.file_name().unwrap().to_str().unwrap().to_string(), serde_json::to_vec(&record).unwrap());
        }
        all.insert("grades.csv".to_string(), fs::read(self.path("graded/grades.csv")).unwrap());
        all
    }

    /// A column of `grades.csv` by id.
    pub fn column(&self, name: &str) -> BTreeMap<String, String> {
        let mut reader = csv::Reader::from_path(self.path("graded/grades.csv")).unwrap();
        let at = reader.headers().unwrap().iter().position(|header| header == name).expect(name);
        let rows = reader.records().map(Result::unwrap);
        rows.map(|row| (row[0].to_string(), row[at].to_string())).collect()
    }

    /// Final marks by id, and nobody else's.
    pub fn finals(&self, expected: &[(&str, &str)]) {
        let expected: BTreeMap<String, String> =
            expected.iter().map(|(id, mark)| ((*id).to_string(), (*mark).to_string())).collect();
        assert_eq!(self.column("final"), expected);
    }

    pub fn text(&self, below: &str) -> String {
        let path = self.path("graded").join(below);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Lines of the audit log, as JSON.
    pub fn log(&self) -> Vec<Value> {
        self.text("audit.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The id of whoever is called so.
    pub fn id_of(&self, name: &str) -> String {
        let names = self.column("name");
        names.into_iter().find(|(_, called)| called == name).unwrap_or_else(|| panic!("nobody is called {name}")).0
    }

    /// How many times somebody was judged.
    pub fn judged(&self) -> usize {
        self.log().iter().filter(|line| line["what"] == "graded").count()
    }
}

/// A folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}

/// Every file below a folder with its bytes.
pub fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    all
}

pub fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

pub fn stderr(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

/// Whether this machine can make a mount namespace; says loudly if not.
pub fn can_mount() -> bool {
    let tried = std::process::Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    let can = tried.is_ok_and(|output| output.status.success());
    if !can {
        crate::common::skipped("`unshare -rm` cannot mount here");
    }
    can
}

/// Records below a folder of results, without what differs from run to run.
pub fn records(out: &Path) -> BTreeMap<String, Value> {
    let read = |entry: fs::DirEntry| {
        let mut record: Value = serde_json::from_slice(&fs::read(entry.path()).unwrap()).expect("a whole record");
        record.as_object_mut().unwrap().remove("observed").expect("what was observed");
        (entry.file_name().into_string().unwrap(), record)
    };
    fs::read_dir(out.join("results")).unwrap().map(|entry| read(entry.unwrap())).collect()
}
