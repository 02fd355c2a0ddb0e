//! The course's rules, from the file to the mark: hand-computed.

use std::fs;

use grader::build::edit;

use super::class::{Class, RULES, SOLUTION, STUBS, mutant, stderr, stdout};

#[test]
fn a_course_file_with_mistakes_names_its_lines() {
    let class = Class::new();
    class.hand_in("ada", &SOLUTION);
    class.rules("labs = [1]\n[late]\npenality = \"10 %\"\n");
    let said = stderr(&class.grade(&[]).assert().code(2));
    assert!(said.contains("course.toml:3:1: unknown key `penality`") && said.contains("try: `penalty`"), "{said}");
    assert!(!class.path("graded/course.toml").exists(), "wrong rules are not kept");
}

/// This one fails all of them. All have the lab's one seed, with which a hidden check could be run at home: so it is not
/// told for the others either.
#[test]
fn of_a_hidden_check_students_see_its_points_alone() {
    let class = Class::new();
    class.hand_in("bo", &mutant("lab1-fixed-address"));
    class.grade(&[]).assert().success();
    let hidden = grader::labs::check("1.04").unwrap();
    let record = class.record("bo");
    let checks = record["labs"][0]["checks"].as_array().unwrap();
    let seen = checks.iter().find(|one| one["id"] == hidden.id).unwrap();
    assert_eq!(seen["outcome"], "failed");
    let seed = seen["cases"][0]["seed"].as_str().unwrap();
    let find = |file: &str, word: &str| class.text(file).contains(word);
    let (ladder, words) = (format!("FAILED  {}", hidden.id), [hidden.name, seed]);
    for file in ["feedback/bo.html", "feedback/bo.md"] {
        assert!(find(file, &ladder) && words.iter().all(|word| find(file, word)), "{file}");
    }
    // Which checks are hidden is no part of the key: nothing is judged again.
    class.rules(&format!("hidden = [\"{}\"]\n{RULES}", hidden.id));
    class.grade(&[]).assert().success();
    assert_eq!(class.judged(), 1);
    class.then(&["export", "gradescope"]).assert().success();
    for file in ["feedback/bo.html", "feedback/bo.md", "gradescope/bo/results.json"] {
        for word in [&ladder, hidden.name, seed] {
            assert!(!find(file, word), "{file} has `{word}`");
        }
        assert!(find(file, "FAILED  1.05") && find(file, "lab check 1.05"), "{file} has the other reports");
    }
    assert!(find("report.html", hidden.title()), "the teacher sees it");
}

/// Every second start goes wrong: it counts itself in a file, which only a program without a sandbox can do.
#[test]
fn a_program_that_is_not_steady_is_marked() {
    let class = Class::new();
    let count = class.write("tmp/count", "");
    let odd = format!(
        "\nfn odd() -> bool {{\n    static ODD: std::sync::OnceLock<bool> = std::sync::OnceLock::new();\n    *ODD.get_or_init(|| {{\n        \
         let file = std::fs::OpenOptions::new().append(true).open({count:?});\n        \
         let mut file = file.expect(\"the file of the test\");\n        \
         std::io::Write::write_all(&mut file, b\"x\").expect(\"a byte\");\n        \
         file.metadata().expect(\"a size\").len() % 2 == 1\n    }})\n}}\n"
    );
    let text =
        edit(&SOLUTION, "write_all(&buf[..n])", "write_all(if odd() { buf } else { &buf[..n] })").unwrap() + &odd;
    class.hand_in("eve", &text);
    class.rules(&RULES.replace("runs = 1", "runs = 3"));
    class.grade(&[]).assert().success();
    let record = class.record("eve");
    let cases =
        record["labs"][0]["checks"].as_array().unwrap().iter().flat_map(|check| check["cases"].as_array().unwrap());
    let unsteady: Vec<_> = cases.filter(|case| case["unsteady"] == true).collect();
    assert!(!unsteady.is_empty(), "{record:#}");
    assert!(unsteady.iter().all(|case| case["rounds"][1] == 3));
    assert!(class.text("feedback/eve.md").contains("unsteady"));
    assert!(class.text("report.html").contains("Unsteady programs"));
}

#[test]
fn which_try_counts() {
    let class = Class::new();
    class.write("in/ngada_11_501_lib.rs", SOLUTION.as_bytes());
    class.write("in/ngada_11_507_lib-1.rs", STUBS.as_bytes());
    for (tries, mark) in [("latest", Some("0.00")), ("best", Some("100.00")), ("error", None)] {
        class.rules(&format!("tries = \"{tries}\"\n{RULES}"));
        let said = stdout(&class.grade(&[]).assert().success());
        let marks: Vec<String> = class.column("final").into_values().collect();
        match mark {
            Some(mark) => assert_eq!(marks, [mark], "{tries}"),
            None => {
                assert!(marks.iter().all(String::is_empty) && said.contains("several submissions"), "{marks:?} {said}")
            }
        }
    }
}

/// Deadline, penalty, slip days, an extension, a group, an absent student, manual points, grades, and one that cannot be
/// placed, in one class. The lab is worth 60, style 10.
#[test]
fn all_rules_together() {
    let class = Class::new();
    class.rules(
        "title = \"All rules\"\nlabs = [1]\n\n[unsteady]\nruns = 1\n\n[lab.1]\nweight = 60\n\n[late]\n\
         deadline = \"2026-03-01 12:00 +00:00\"\ngrace = \"15 min\"\npenalty = \"10 %\"\n\n[slip_days]\ntotal = 1\n\n\
         [[extension]]\nstudent = \"cy@example.org\"\ndays = 7\nreason = \"ill\"\n\n\
         [[manual]]\nitem = \"style\"\npoints = 10\n\n\
         [[grade]]\nname = \"good\"\npoints = \"90 %\"\n\n[[grade]]\nname = \"pass\"\ncore = \"all\"\n\n[[grade]]\nname = \"fail\"\n",
    );
    // When, how much style, and what is to come of it.
    let students = [
        // Within the grace time: 60 + 10.
        ("ada", "2026-03-01T12:14:00Z", Some("10"), "70.00", "good"),
        // Three days are begun, one is free, two cost 6 each: 60 + 7.5 - 12.
        ("bo", "2026-03-04T11:00:00Z", Some("7.5"), "55.50", "pass"),
        // Seven days more: 60 + 5.
        ("cy", "2026-03-08T11:00:00Z", Some("5"), "65.00", "good"),
        // Nobody has said anything about style: open.
        ("di", "2026-03-01T11:00:00Z", None, "", ""),
        // Stubs, two days late: what is not there cannot be taken off; 0 + 3.
        ("fy", "2026-03-03T11:00:00Z", Some("3"), "3.00", "fail"),
    ];
    let mut metadata = "---\n".to_string();
    let mut manual = "student,item,points,comment\n".to_string();
    for (name, at, style, ..) in students {
        metadata.push_str(&format!("submission_{name}:\n  :submitters:\n  - :name: {name}\n    :sid: '{name}'\n    :email: {name}@example.org\n  :created_at: {at}\n"));
        let text = if name == "fy" { &STUBS } else { &SOLUTION };
        class.write(&format!("in/submission_{name}/lib.rs"), text.as_bytes());
        style.iter().for_each(|points| manual.push_str(&format!("{name},style,{points},fine\n")));
    }
    // A group, in time: 60 + 8.
    metadata.push_str("submission_9:\n  :submitters:\n  - :name: gil\n    :sid: 'gil'\n    :email: gil@example.org\n  - :name: hal\n    :sid: 'hal'\n    :email: hal@example.org\n  :created_at: 2026-03-01T09:00:00Z\n");
    manual.push_str("gil,style,8,fine\nhal,style,8,fine\n");
    class.write("in/submission_9/lib.rs", SOLUTION.as_bytes());
    class.write("in/submission_77/lib.rs", SOLUTION.as_bytes());
    class.write("in/submission_metadata.yml", &metadata);
    class.write("graded/manual/ta.csv", &manual);
    let roster: String = ["ada", "bo", "cy", "di", "fy", "gil", "hal", "ivy"]
        .map(|name| format!("{name},{name},{name}@example.org\n"))
        .concat();
    let roster = class.write("roster.csv", format!("Full name,ID number,Email address\n{roster}"));
    let said = stdout(&class.grade(&["--roster", roster.to_str().unwrap()]).assert().success());
    assert!(said.contains("NOT PLACED: submission_77"), "{said}");

    let (finals, grades, status) = (class.column("final"), class.column("grade"), class.column("status"));
    for (name, _, _, mark, grade) in students {
        assert_eq!((finals[name].as_str(), grades[name].as_str()), (mark, grade), "{name}: {said}");
    }
    for name in ["gil", "hal"] {
        assert_eq!(finals[&class.id_of(name)], "68.00");
    }
    let absent: Vec<&String> = status.iter().filter(|(_, word)| *word == "absent").map(|(id, _)| id).collect();
    assert_eq!((absent.len(), finals.len()), (1, 8), "{status:?}");
    assert!(class.column("open")["di"].contains("style"));
    assert!(class.text("feedback/bo.md").contains("12\\.00"), "the penalty is shown apart");
    assert!(fs::read_to_string(class.path("graded/report.html")).unwrap().contains("submission_77"));
}
