//! Repositories and bundles: the right commit, and nothing of a repository that runs.

use std::fs;
use std::path::Path;
use std::process::Command;

use grader::grade::intake::Options;
use grader::grade::intake::repositories::list;
use grader::grade::model::Tries;

use super::make::{Place, told};

fn git(at: &Path, args: &[&str]) -> String {
    let mut command = Command::new("git");
    command.current_dir(at).args(["-c", "user.name=x", "-c", "user.email=x@x", "-c", "protocol.file.allow=always"]);
    let done =
        command.args(args).env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap();
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim().to_string()
}

/// A repository with one commit of a lab; `files` are beside it.
fn repository(place: &Place, name: &str, files: &[(&str, &str)]) -> std::path::PathBuf {
    place.write(&format!("{name}/labs/lab1/src/lib.rs"), format!("// {name}"));
    for (file, text) in files {
        place.write(&format!("{name}/{file}"), text);
    }
    let at = place.path("in").join(name);
    git(&at, &["init", "-q"]);
    git(&at, &["add", "-A"]);
    git(&at, &["commit", "-q", "-m", "work", "--date", "2001-01-01T00:00:00Z"]);
    at
}

fn read(place: &Place, list: &str, options: &Options) -> String {
    place.write("list.tsv", list);
    let told = told(&place.intake_of(&place.path("in/list.tsv"), options).unwrap());
    told.replace(&place.path("in").to_string_lossy().into_owned(), "IN")
}

#[test]
fn repositories_and_bundles() {
    let place = Place::new();
    repository(&place, "anna", &[("README.md", "x")]);
    let bo = repository(&place, "bo", &[]);
    git(&bo, &["bundle", "create", "-q", "../bo.bundle", "HEAD"]);
    place.write("broken.bundle", "# v2 git bundle\nnonsense");
    let got = read(
        &place,
        "# the class\nAnna\tanna\nBo\tbo.bundle\t2026-03-01T12:00:00Z\nCy\tbroken.bundle\nDi\tgone\n",
        &Options { labs: vec![1], ..Options::default() },
    );
    let cy = got.lines().find(|line| line.contains("BadArchive")).unwrap_or_default();
    assert!(cy.contains("git cannot read it"), "{got}");
    let rest: Vec<&str> = got.lines().filter(|line| !line.contains("BadArchive")).collect();
    let id = |name| grader::grade::intake::identity::of(name);
    assert_eq!(
        rest,
        [
            "a list of git repositories",
            &format!("{}: Anna; lab1", id("Anna")),
            "  - README.md: it is not in the folder of a lab",
            &format!("{}: Bo, 2026-03-01T12:00:00Z; lab1", id("Bo")),
            &format!("{}: Cy; ", id("Cy")),
            "unplaced IN/gone: there is no repository or bundle at `IN/gone`",
        ],
        "{got}"
    );
}

/// The author's date of each commit says 2001; only when it was received counts.
#[test]
fn the_last_that_was_received_before_the_deadline() {
    let place = Place::new();
    let at = repository(&place, "anna", &[]);
    let mut commits = vec![git(&at, &["rev-parse", "HEAD"])];
    for text in ["// second", "// third"] {
        fs::write(at.join("labs/lab1/src/lib.rs"), text).unwrap();
        git(&at, &["commit", "-q", "-a", "-m", text, "--date", "2001-01-01T00:00:00Z"]);
        commits.push(git(&at, &["rev-parse", "HEAD"]));
    }
    let days = ["01", "02", "03"];
    let list: String = days
        .iter()
        .zip(&commits)
        .map(|(day, commit)| format!("Anna\tanna\t2026-03-{day}T12:00:00+01:00\t{commit}\n"))
        .collect();
    place.write("list.tsv", &list);
    for (deadline, expected, attempts) in [
        (Some("2026-03-02T12:00:00Z"), "// second", 2),
        (Some("2026-03-09T12:00:00Z"), "// third", 3),
        (Some("2026-02-01T12:00:00Z"), "// third", 3),
        (None, "// third", 3),
    ] {
        let deadline = deadline.map(|text| text.parse().unwrap());
        let options = |tries| Options { deadline, tries, labs: vec![1], ..Options::default() };
        let intake = place.intake_of(&place.path("in/list.tsv"), &options(Tries::Latest)).unwrap();
        let [found] = &intake.found[..] else { panic!("{intake:?}") };
        assert_eq!(fs::read_to_string(found.labs[&1].join("src/lib.rs")).unwrap(), expected);
        assert!(commits.iter().any(|commit| found.identity.origin.contains(commit)), "{}", found.identity.origin);
        assert_eq!(found.others.len(), 2, "{:?}", found.others);
        let best = place.intake_of(&place.path("in/list.tsv"), &options(Tries::Best)).unwrap();
        assert_eq!(best.found.len(), attempts);
    }
}

#[test]
fn where_no_time_is_known_it_is_said() {
    let place = Place::new();
    repository(&place, "anna", &[]);
    let deadline = Some("2000-01-01T00:00:00Z".parse().unwrap());
    let told = read(&place, "Anna\tanna\n", &Options { deadline, labs: vec![1], ..Options::default() });
    assert!(told.contains("; lab1\n") && told.contains("note: 1 of 1 repositories have no time of receipt"), "{told}");
}

/// Each would leave a file if anything of the repository ran; the control shows that it does, in an ordinary clone.
#[test]
fn nothing_of_a_repository_runs() {
    let place = Place::new();
    let proof = place.path("in/proof");
    let touch = format!("touch {}", proof.display());
    let at = repository(&place, "anna", &[(".gitattributes", "*.rs filter=evil\n")]);
    git(&at, &["config", "filter.evil.smudge", &format!("{touch}; cat")]);
    git(&at, &["config", "core.fsmonitor", &touch]);
    git(&at, &["config", "uploadpack.packObjectsHook", &touch]);
    git(&at, &["config", "core.sshCommand", &touch]);
    for hook in ["post-checkout", "pre-upload", "reference-transaction", "post-index-change"] {
        use std::os::unix::fs::PermissionsExt;
        let path = at.join(".git/hooks").join(hook);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!/bin/sh\n{touch}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    fs::remove_file(at.join("labs/lab1/src/lib.rs")).unwrap();
    git(&at, &["checkout", "-q", "."]);
    assert!(proof.exists(), "the control: nothing ran");
    fs::remove_file(&proof).unwrap();

    let options = Options { labs: vec![1], ..Options::default() };
    let got = read(&place, "Anna\tanna\n", &options);
    assert!(got.contains("; lab1"), "{got}");
    assert!(!proof.exists(), "something of the repository ran");
}

#[test]
fn links_and_submodules_are_not_followed() {
    let place = Place::new();
    let bo = repository(&place, "bo", &[]);
    let at = repository(&place, "anna", &[]);
    git(&at, &["submodule", "add", "-q", bo.to_str().unwrap(), "sub"]);
    git(&at, &["commit", "-q", "-m", "sub"]);
    let options = Options { labs: vec![1], ..Options::default() };
    let got = read(&place, "Anna\tanna\n", &options);
    assert!(got.contains("BadArchive: `sub` is not taken: it is neither a file nor a folder"), "{got}");
    let cy = repository(&place, "cy", &[]);
    std::os::unix::fs::symlink("/etc/passwd", cy.join("labs/lab1/src/x.rs")).unwrap();
    git(&cy, &["add", "-A"]);
    git(&cy, &["commit", "-q", "-m", "link"]);
    let got = read(&place, "Cy\tcy\n", &options);
    assert!(got.contains("BadArchive: `labs/lab1/src/x.rs` is not taken: it is a symbolic link"), "{got}");
    // A `.git` that leads elsewhere.
    place.write("di/.git", format!("gitdir: {}/.git", bo.display()));
    let got = read(&place, "Di\tdi\n", &options);
    assert!(got.contains("its `.git` is not a folder"), "{got}");
}

/// `(line, what is wrong with it)`; an empty text where it is read as a plain path.
#[test]
fn transports_and_options() {
    let here = Path::new("/class");
    for (line, expected) in [
        ("Anna\text::sh -c touch% /tmp/x", "only paths and https"),
        ("Anna\tfile:///etc", "only paths and https"),
        ("Anna\tssh://host/x", "only paths and https"),
        ("Anna\tgit://host/x", "only paths and https"),
        ("Anna\thttp://host/x", "only paths and https"),
        ("Anna\thttps://host/a b", "odd letters"),
        ("Anna", "it is not `name<TAB>path"),
        ("Anna\tx\tyesterday", "no RFC 3339 time"),
        ("Anna\tx\t\t--upload-pack=x", "not a whole hash"),
        ("Anna\tx\t2026-03-01T12:00:00Z\tHEAD", "not a whole hash"),
        ("", "no repository in the list"),
        ("Anna\t--upload-pack=touch /tmp/x", ""),
        ("Anna\thost:path", ""),
        ("Anna\thttps://host/anna.git", ""),
    ] {
        match list(line, here) {
            Ok(lines) => {
                assert_eq!(expected, "", "{line}");
                let place = lines[0].to_string();
                assert!(place.starts_with("/class/") || place.starts_with("https://"), "{place}");
            }
            Err(error) => {
                let error = format!("{error:#}");
                assert!(!expected.is_empty() && error.contains(expected), "{line}: {error}");
            }
        }
    }
}
