//! JUnit XML for build servers: a suite per submission and lab, a case per check.
//!
//! GitLab and Buildkite tell cases apart by `classname` and `name`, so both are unique. A wrong answer is a *failure*; what
//! does not compile or needs a look is an *error*; what could not be judged is *skipped*. Without times: they differ from run
//! to run, and the file shall not.

use anyhow::{Context, Result};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::clean;
use super::feedback::{Shown, ShownCheck, ShownLab};
use crate::grade::model::{Class, Outcome, Row};

/// All submissions in one file. Without the reports, which are in the feedback: GitLab takes files below 30 MB, and those of
/// a thousand submissions are more.
pub fn class(class: &Class) -> Result<String> {
    write(&clean::line(&class.title, clean::LINE), class.rows.iter().map(|row| Shown::brief(class, row)))
}

/// One submission, as its author may see it.
pub fn submission(class: &Class, row: &Row) -> Result<String> {
    write(&clean::line(&class.title, clean::LINE), [Shown::of(class, row)])
}

fn write(title: &str, all: impl IntoIterator<Item = Shown>) -> Result<String> {
    let mut report = Report::new(title);
    for shown in all {
        if !shown.trouble.is_empty() {
            let mut suite = TestSuite::new(shown.id.as_str());
            suite.add_test_case(case(&shown.id, "submission", error(&shown.trouble, &shown.message)));
            report.add_test_suite(suite);
        }
        report.add_test_suites(shown.labs.iter().map(|lab| suite(&shown, lab)));
    }
    report.to_string().context("cannot write JUnit XML")
}

fn suite(shown: &Shown, lab: &ShownLab) -> TestSuite {
    let name = format!("{}.lab{}", shown.id, lab.lab);
    let mut suite = TestSuite::new(name.as_str());
    if !lab.trouble.is_empty() {
        suite.add_test_case(case(&name, "build", error(lab.trouble, &lab.message)));
    }
    suite.add_test_cases(lab.checks.iter().map(|check| {
        let called = if check.hidden { &check.title } else { &check.name };
        case(&name, &format!("{} {called}", check.id), status(check))
    }));
    suite
}

fn case(classname: &str, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(classname);
    case
}

fn error(message: &str, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(message).set_description(text);
    status
}

fn status(check: &ShownCheck) -> TestCaseStatus {
    let mut status = match check.worst {
        Outcome::Passed => return TestCaseStatus::success(),
        // Points alone say whether a hidden check passed; why it did not is hidden as well.
        _ if check.hidden => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Outcome::Failed | Outcome::NotStarted => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Outcome::NeedsALook => TestCaseStatus::non_success(NonSuccessKind::Error),
        Outcome::Blocked | Outcome::NotRun => TestCaseStatus::skipped(),
    };
    let told = check.cases.first().map_or("hidden", |case| &case.told);
    status.set_message(told);
    let reports: Vec<&str> =
        check.cases.iter().map(|case| case.report.as_str()).filter(|text| !text.is_empty()).collect();
    if !reports.is_empty() {
        status.set_description(reports.join("\n"));
    }
    status
}
