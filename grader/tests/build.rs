//! One submission, from a folder or a text to a program: real compilers, real programs, the repository's own labs.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use grader::build::{
    BuildFailure, Built, Ignored, Source, Stage, StageFailure, StubPlace, Toolchain, Why, Workspace, build, edit,
    invocations, put_back, stub_places,
};
use grader::labs::LABS;
use tempfile::TempDir;

fn workspace() -> Workspace {
    Workspace::find().unwrap()
}

/// The stubs of lab 1: they compile, and panic.
fn stubs() -> String {
    fs::read_to_string(workspace().lab(1).join("src/lib.rs")).unwrap()
}

fn solution() -> String {
    fs::read_to_string(workspace().solution(1).join("src/lib.rs")).unwrap()
}

fn stage(source: Source<'_>) -> Stage {
    Stage::new(&workspace(), 1, source).unwrap()
}

fn build_text(lib_rs: &str) -> Result<Built, BuildFailure> {
    build(&stage(Source::Text(lib_rs)), &Toolchain::find().unwrap())
}

/// The compiler's message about a text that it must not accept.
fn complaint(lib_rs: &str) -> String {
    match build_text(lib_rs) {
        Err(BuildFailure::Compile { message }) => message,
        other => panic!("not a compiler's complaint: {other:?}"),
    }
}

/// A submission with these files, by path.
fn submission(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn refusal(folder: &Path) -> String {
    match Stage::new(&workspace(), 1, Source::Folder(folder)) {
        Err(StageFailure::Refused(why)) => why,
        other => panic!("not refused: {other:?}"),
    }
}

fn start(built: &Built, args: &[&str]) -> Output {
    Command::new(&built.program).args(args).env_remove("RUST_BACKTRACE").output().unwrap()
}

/// Where the program panics when it is to listen: `open_listener` is the first stub that is called.
fn panics_at(built: &Built) -> String {
    let stderr = String::from_utf8(start(built, &["--listen", "127.0.0.1:0"]).stderr).unwrap();
    let place = stderr.split_once("panicked at ").unwrap_or_else(|| panic!("no panic: {stderr}")).1;
    place.lines().next().unwrap().to_string()
}

#[test]
fn builds_a_lab_that_runs() {
    let lab = workspace().lab(1);
    let built = build(&stage(Source::Folder(&lab)), &Toolchain::find().unwrap()).unwrap();
    let output = start(&built, &["--stage", "nonsense"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("usage: lab1"));
    assert_eq!(built.warnings, "");
}

#[test]
fn builds_a_solution_with_the_labs_own_files() {
    let folder = workspace().solution(1);
    let stage = stage(Source::Folder(&folder));
    let ours = ["src/main.rs", "src/provided.rs", "src/errno.rs"];
    for path in ours {
        assert!(
            stage.ignored().contains(&Ignored { path: path.into(), why: Why::Changed }),
            "{path}: {:?}",
            stage.ignored()
        );
    }
    let built = build(&stage, &Toolchain::find().unwrap()).unwrap();
    assert_eq!(start(&built, &["--stage", "nonsense"]).status.code(), Some(2));
}

#[test]
fn panics_name_the_line_of_the_stub() {
    let place = stub_places(&stubs()).remove(0);
    let at = panics_at(&build_text(&stubs()).unwrap());
    assert!(at.starts_with(&format!("labs/lab1/src/lib.rs:{}:", place.todo_lines[0])), "{at}");
}

#[test]
fn the_program_lives_longer_than_its_stage() {
    let built = build_text(&stubs()).unwrap();
    let program = built.program.clone();
    assert!(program.is_file());
    drop(built);
    assert!(!program.exists());
}

#[test]
fn the_compilers_message_names_the_file_and_the_line() {
    let lines = stubs().lines().count();
    let message = complaint(&format!("{}\nfn broken() -> u8 {{ \"text\" }}\n", stubs().trim_end()));
    assert!(message.contains("error[E0308]: mismatched types"), "{message}");
    assert!(message.contains(&format!("labs/lab1/src/lib.rs:{}:", lines + 1)), "{message}");
    assert!(!message.contains("stage-"), "{message}");
}

#[test]
fn a_changed_signature_is_the_submissions_fault() {
    let changed =
        edit(&stubs(), "pub fn serve(listener: &TcpListener)", "pub fn serve(listener: TcpListener)").unwrap();
    let message = complaint(&changed);
    assert!(message.contains("labs/lab1/src/main.rs:") && message.contains("labs/lab1/src/lib.rs:"), "{message}");
}

#[test]
fn colours_are_for_those_who_ask() {
    let stage = stage(Source::Text("fn broken() -> u8 {}\n"));
    let mut toolchain = Toolchain::find().unwrap();
    for color in [false, true] {
        toolchain.color = color;
        let message = build(&stage, &toolchain).unwrap_err().to_string();
        assert_eq!(message.contains('\x1b'), color, "{message:?}");
    }
}

#[test]
fn new_modules_are_used() {
    let lib_rs = format!("{}\nmod extra;\nconst _: u8 = extra::deep::SEVEN;\n", stubs());
    let folder = submission(&[
        ("src/lib.rs", &lib_rs),
        ("src/extra/mod.rs", "pub mod deep;\n"),
        ("src/extra/deep.rs", "pub const SEVEN: u8 = 7;\n"),
    ]);
    build(&stage(Source::Folder(folder.path())), &Toolchain::find().unwrap()).unwrap();
}

#[test]
fn a_whole_workspace_may_be_handed_in() {
    let folder = submission(&[("labs/lab1/src/lib.rs", &stubs()), ("labs/lab1/src/bin/x.rs", ""), ("build.rs", "")]);
    let stage = stage(Source::Folder(folder.path()));
    let ignored: Vec<String> = stage.ignored().iter().map(|ignored| ignored.path.clone()).collect();
    assert_eq!(ignored, ["build.rs", "labs/lab1/src/bin/"]);
    build(&stage, &Toolchain::find().unwrap()).unwrap();
}

#[test]
fn what_is_ours_is_ignored_and_listed() {
    let provided = fs::read_to_string(workspace().lab(1).join("src/provided.rs")).unwrap();
    let folder = submission(&[
        ("src/lib.rs", &stubs()),
        ("src/main.rs", "compile_error!(\"the student's main\");"),
        ("src/provided.rs", &provided),
        ("src/bin/lab1.rs", "fn main() {}"),
        ("src/notes.txt", "not Rust"),
        ("src/.hidden.rs", ""),
        ("build.rs", "fn main() { panic!() }"),
        ("Cargo.toml", "[package]"),
        (".cargo/config.toml", ""),
        ("tests/checks.rs", "fn main() {}"),
    ]);
    let stage = stage(Source::Folder(folder.path()));
    let listed: Vec<(&str, Why)> = stage.ignored().iter().map(|ignored| (ignored.path.as_str(), ignored.why)).collect();
    assert_eq!(
        listed,
        [
            (".cargo/", Why::Outside),
            ("Cargo.toml", Why::Changed),
            ("build.rs", Why::Outside),
            ("tests/", Why::Outside),
            ("src/.hidden.rs", Why::Hidden),
            ("src/bin/", Why::Program),
            ("src/main.rs", Why::Changed),
            ("src/notes.txt", Why::NotRust),
            ("src/provided.rs", Why::Same),
        ]
    );
    let built = build(&stage, &Toolchain::find().unwrap()).unwrap();
    assert_eq!(start(&built, &["--stage", "nonsense"]).status.code(), Some(2));
}

#[test]
fn a_submission_without_lib_rs_is_refused() {
    let folder = submission(&[("src/main.rs", "fn main() {}")]);
    let why = refusal(folder.path());
    assert!(why.contains("there is no `src/lib.rs`") && why.contains("try: "), "{why}");
}

#[test]
fn a_folder_that_is_not_there_is_trouble() {
    let folder = submission(&[]);
    let missing = folder.path().join("missing");
    match Stage::new(&workspace(), 1, Source::Folder(&missing)) {
        Err(StageFailure::Trouble(error)) => assert!(format!("{error:#}").contains("missing")),
        other => panic!("{other:?}"),
    }
}

#[cfg(unix)]
#[test]
fn links_are_refused() {
    use std::os::unix::fs::symlink;

    let outside = submission(&[("src/lib.rs", &stubs())]);
    let target = outside.path().join("src/lib.rs");

    let folder = submission(&[("src/other.rs", "")]);
    symlink(&target, folder.path().join("src/lib.rs")).unwrap();
    assert!(refusal(folder.path()).contains("`src/lib.rs` is not a regular file"));

    let folder = submission(&[("src/lib.rs", "mod other;")]);
    symlink(&target, folder.path().join("src/other.rs")).unwrap();
    assert!(refusal(folder.path()).contains("`src/other.rs` is not a regular file"));

    let folder = submission(&[]);
    symlink(outside.path().join("src"), folder.path().join("src")).unwrap();
    assert!(refusal(folder.path()).contains("`src` is not a folder of its own"));

    // What an editor leaves while somebody is typing.
    let folder = submission(&[("src/lib.rs", &stubs())]);
    symlink("somebody@somewhere.123", folder.path().join("src/.#lib.rs")).unwrap();
    let found = stage(Source::Folder(folder.path()));
    assert_eq!(found.ignored(), [Ignored { path: "src/.#lib.rs".into(), why: Why::Hidden }]);
}

#[test]
fn an_endless_constant_is_stopped() {
    let stage = stage(Source::Text("#![allow(long_running_const_eval)]\nconst _: () = loop {};\n"));
    let mut toolchain = Toolchain::find().unwrap();
    toolchain.limit = Duration::from_secs(1);
    let start = Instant::now();
    let result = build(&stage, &toolchain);
    assert!(matches!(result, Err(BuildFailure::Timeout)), "{result:?}");
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert_eq!(processes_in(stage.root()), 0);
}

/// How many processes have this current directory; a compiler's is its stage.
fn processes_in(folder: &Path) -> usize {
    let everybody = fs::read_dir("/proc").into_iter().flatten().flatten();
    everybody.filter(|entry| fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd == folder)).count()
}

#[test]
fn megabytes_of_errors_are_cut() {
    let message = complaint(&"fn wrong() -> u8 { \"text\" }\n".repeat(3000));
    assert!(message.len() < 66_000, "{}", message.len());
    assert!(
        message.starts_with("error[E0428]")
            && message.contains("bytes left out")
            && message.contains("aborting due to")
    );
}

#[test]
fn the_students_words_are_not_the_machines_fault() {
    let words = "error: linker `cc` not found: E0514 anyhow, No space left on device (os error 28)";
    assert!(complaint(&format!("compile_error!({words:?});\n")).contains(words));
}

#[test]
fn a_missing_symbol_is_the_submissions_fault() {
    let lib_rs = stubs().replacen("    todo!(", "    unsafe { nowhere() };\n    todo!(", 1);
    let message = complaint(&format!("{lib_rs}\nunsafe extern \"C\" {{\n    fn nowhere();\n}}\n"));
    assert!(message.contains("nowhere"), "{message}");
}

#[test]
fn a_missing_compiler_is_trouble() {
    let mut toolchain = Toolchain::find().unwrap();
    toolchain.rustc = "/nowhere/rustc".into();
    let trouble = trouble(build(&stage(Source::Text(&stubs())), &toolchain));
    assert!(trouble.contains("cannot run `/nowhere/rustc`") && trouble.contains("try: "), "{trouble}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_missing_linker_is_trouble() {
    let mut toolchain = Toolchain::find().unwrap();
    toolchain.env = vec![("PATH".into(), "/nowhere".into())];
    let trouble = trouble(build(&stage(Source::Text(&stubs())), &toolchain));
    assert!(trouble.contains("linker") && trouble.contains("try: install a C compiler"), "{trouble}");
}

fn trouble(result: Result<Built, BuildFailure>) -> String {
    match result {
        Err(BuildFailure::Trouble(error)) => format!("{error:#}"),
        other => panic!("not trouble: {other:?}"),
    }
}

#[test]
fn an_anyhow_of_another_compiler_is_replaced() {
    let folder = submission(&[("libanyhow-1.rlib", "not a library")]);
    let broken = folder.path().join("libanyhow-1.rlib");
    let toolchain = Toolchain::find().unwrap();
    toolchain.use_anyhow(broken.clone());
    let stage = stage(Source::Text(&stubs()));
    std::thread::scope(|scope| {
        let builds: Vec<_> = (0..3).map(|_| scope.spawn(|| build(&stage_like(&stage), &toolchain).map(drop))).collect();
        builds.into_iter().for_each(|build| build.join().unwrap().unwrap());
    });
    assert_ne!(toolchain.anyhow().unwrap(), broken);
}

/// Another stage with the same `lib.rs`: one stage is for one build at a time.
fn stage_like(other: &Stage) -> Stage {
    stage(Source::Text(&other.lib_rs().unwrap()))
}

#[test]
fn the_environment_is_not_for_reading() {
    // `CARGO_MANIFEST_DIR` is set for this test; `HOME` is set for everybody.
    let lib_rs = format!(
        "{}\nconst _: () = assert!(option_env!(\"CARGO_MANIFEST_DIR\").is_none() && option_env!(\"HOME\").is_none());\n",
        stubs()
    );
    build_text(&lib_rs).unwrap();
}

#[test]
fn the_same_text_gives_the_same_program() {
    let program = |lib_rs: &str| fs::read(build_text(lib_rs).unwrap().program).unwrap();
    let first = program(&stubs());
    assert!(first == program(&stubs()), "two stages, two programs");
    assert!(first != program(&stubs().replacen("todo!(\"", "todo!(\"other ", 1)), "another text, the same program");
}

#[test]
fn a_build_is_two_calls_that_can_be_moved() {
    let stage = stage(Source::Text(&stubs()));
    let calls = invocations(&stage, &Toolchain::find().unwrap()).unwrap();
    assert_eq!(calls.len(), 2);
    for (call, source) in calls.iter().zip(["labs/lab1/src/lib.rs", "labs/lab1/src/main.rs"]) {
        assert_eq!(call.cwd, stage.root());
        assert_eq!(call.args.last().unwrap(), source);
        let root = stage.root().to_str().unwrap();
        let with_root: Vec<&OsStr> =
            call.args.iter().filter(|arg| arg.to_str().unwrap().contains(root)).map(AsRef::as_ref).collect();
        assert_eq!(with_root, [OsStr::new(&format!("{root}=."))]);
    }
}

#[test]
fn the_workspace_is_found_from_a_folder_in_it() {
    // Cargo runs this test in `grader/`.
    let workspace = workspace();
    assert!(workspace.root().join("grader/tests/build.rs").is_file());
    assert_eq!(Workspace::at(workspace.root()).unwrap(), workspace);
    let error = Workspace::at(&workspace.lab(1)).unwrap_err().to_string();
    assert!(error.contains("is no workspace") && error.contains("try: "), "{error}");
}

#[test]
fn an_edit_applies_once_or_not_at_all() {
    assert_eq!(edit("let a = 1;", "1", "2").unwrap(), "let a = 2;");
    for (source, replace, times) in [("let a = 1;", "3", 0), ("1 + 1", "1", 2), ("aaa", "aa", 2)] {
        let error = edit(source, replace, "x").unwrap_err().to_string();
        assert!(error.contains(&format!("`{replace}` is {times} times")), "{error}");
    }
    assert!(edit("let a = 1;", "", "x").is_err());
}

const SOLVED: &str = "\
/// Adds.
pub fn add(mut a: u8, b: u8) -> u8 {
    a += b;
    a
}

fn helper() {}

pub fn list<T>(items: Vec<T>) -> usize
where
    T: Clone,
{
    items.len()
}
";

const UNSOLVED: &str = "\
pub fn list<T>(items: Vec<T>) -> usize
where
    T: Clone,
{
    todo!(\"count {}\", items.len())
}

pub fn nothing() {}

pub fn add(a: u8, b: u8) -> u8 {
    todo!(
        \"add {a} and {b}\"
    )
}
";

#[test]
fn put_back_takes_the_named_stubs_only() {
    let text = put_back(SOLVED, UNSOLVED, &["add"]).unwrap();
    let expected = SOLVED.replace(
        "pub fn add(mut a: u8, b: u8) -> u8 {\n    a += b;\n    a\n}\n",
        "pub fn add(a: u8, b: u8) -> u8 {\n    todo!(\n        \"add {a} and {b}\"\n    )\n}\n",
    );
    assert_eq!(text, expected);

    let both = put_back(SOLVED, UNSOLVED, &["list", "add"]).unwrap();
    assert!(!both.contains("items.len()\n") && !both.contains("a += b"), "{both}");
    assert!(put_back(SOLVED, UNSOLVED, &[]).unwrap() == SOLVED);

    let error = format!("{:#}", put_back(SOLVED, UNSOLVED, &["nothing"]).unwrap_err());
    assert_eq!(error, "in the solution's file: `pub fn nothing` is there 0 times, not once");
}

#[test]
fn a_solution_with_a_stub_put_back_is_not_started_there() {
    let text = put_back(&solution(), &stubs(), &["open_listener"]).unwrap();
    let place = stub_places(&text).into_iter().find(|place| place.name == "open_listener").unwrap();
    let at = panics_at(&build_text(&text).unwrap());
    assert!(at.starts_with(&format!("labs/lab1/src/lib.rs:{}:", place.todo_lines[0])), "{at}");
}

#[test]
fn stub_places_are_all_public_functions() {
    let place =
        |name: &str, line, todo_lines: &[u32]| StubPlace { name: name.into(), line, todo_lines: todo_lines.into() };
    assert_eq!(stub_places(UNSOLVED), [place("list", 1, &[5]), place("nothing", 8, &[]), place("add", 10, &[11])]);
    assert_eq!(stub_places(SOLVED), [place("add", 2, &[]), place("list", 9, &[])]);
    // Not formatted: one function on one line, one whose brace is not in column 0.
    let text = "pub fn a() { todo!() }\r\npub fn b() {\r\n    todo!()\r\n  }\r\npub fn c() {\r\n}\r\n";
    assert_eq!(stub_places(text), [place("a", 1, &[1]), place("b", 2, &[3]), place("c", 5, &[])]);
}

#[test]
fn every_lab_has_stubs_and_every_one_is_open() {
    let workspace = workspace();
    for lab in LABS.map(|lab| lab.number) {
        let places = stub_places(&fs::read_to_string(workspace.lab(lab).join("src/lib.rs")).unwrap());
        assert!(!places.is_empty() && places.iter().all(|place| place.todo_lines.len() == 1), "lab {lab}: {places:?}");
    }
}
