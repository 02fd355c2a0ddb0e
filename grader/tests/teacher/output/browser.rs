//! The class report in a real browser, without a window: sorting, filtering, the heat map, a ladder; and no request, no
//! error, no script of a student's.

use std::fs;
use std::path::Path;

use grader::grade::model::{Class, Rung, Seen};
use grader::grade::output::report;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::sample::{THOUSAND, sample_class};
use super::webdriver::{Driver, Session};
use crate::common::skipped;

/// The report of this class, opened; `None` where there is no browser, which is said.
fn opened(class: &Class, folder: &Path, driver: &Driver) -> Session {
    report::write(class, folder).unwrap();
    keep(folder);
    let session = driver.session();
    session.open(&format!("file://{}", folder.join("report.html").display()));
    session.wait("return document.documentElement.dataset.ready !== undefined");
    session
}

/// For looking at: a copy of the page, where `LOOPBACK_KEEP_REPORT` says.
fn keep(folder: &Path) {
    if let Some(to) = std::env::var_os("LOOPBACK_KEEP_REPORT") {
        fs::copy(folder.join("report.html"), to).unwrap();
    }
}

fn driver() -> Option<Driver> {
    let driver = Driver::start();
    if driver.is_none() {
        skipped("there is no chromium with its chromedriver on this machine");
    }
    driver
}

#[test]
fn works_in_a_browser() {
    let Some(driver) = driver() else { return };
    let folder = TempDir::new().unwrap();
    let class = sample_class(60);
    let page = opened(&class, folder.path(), &driver);
    sorts(&page, &class);
    filters(&page);
    opens_a_ladder(&page);
    assert_eq!(page.console(), Vec::<String>::new());
    let requests = page.requests();
    assert!(requests.iter().any(|url| url.ends_with("report.html")), "{requests:?}");
    assert_eq!(foreign(&requests), Vec::<&String>::new());
}

/// Requests that leave the file. Pages of the browser's own, such as its start page, are none of ours.
fn foreign(requests: &[String]) -> Vec<&String> {
    let own = |url: &&String| !["file://", "data:", "chrome://", "about:"].iter().any(|scheme| url.starts_with(scheme));
    requests.iter().filter(own).collect()
}

fn sorts(page: &Session, class: &Class) {
    let finals = "return [...document.querySelectorAll('#marks tbody tr')].map((row) => row.querySelector('.total').textContent)";
    let click =
        "[...document.querySelectorAll('#marks thead button')].find((one) => one.textContent === 'Final').click();";
    let shown = |script: &str| -> Vec<String> { serde_json::from_value(page.run(script)).unwrap() };
    let mut sorted: Vec<i64> =
        class.rows.iter().filter(|row| row.marks.open.is_empty()).map(|row| row.marks.total.0).collect();
    sorted.sort_unstable();
    let figures =
        |texts: &[String]| -> Vec<i64> { texts.iter().filter_map(|text| text.replace('.', "").parse().ok()).collect() };
    let up = shown(&format!("{click} {finals}"));
    assert_eq!(figures(&up), sorted);
    assert_eq!(up.last().map(String::as_str), Some("open"), "what has no mark comes last");
    sorted.reverse();
    let down = shown(&format!("{click} {finals}"));
    assert_eq!(figures(&down), sorted);
    assert_eq!(down.last().map(String::as_str), Some("open"), "either way");
    let sort = "return [...document.querySelectorAll('#marks thead th')].map((one) => one.ariaSort).filter(Boolean)";
    assert_eq!(page.run(sort), json!(["descending"]));
}

fn filters(page: &Session) {
    let set = |field: &str, value: &str| {
        page.run(&format!(
            "const field = document.getElementById('{field}'); field.value = '{value}'; \
             field.dispatchEvent(new Event('input', {{ bubbles: true }})); field.dispatchEvent(new Event('change', {{ bubbles: true }}));"
        ));
    };
    let visible = || {
        page.run(
            "return [...document.querySelectorAll('#marks tbody tr')].filter((row) => row.checkVisibility()).length",
        )
    };
    let heat = || page.run("return document.querySelectorAll('#heat tbody tr').length");
    set("find", "s0007");
    assert_eq!((visible(), heat()), (json!(1), json!(1)));
    set("find", "nobody is called so");
    assert_eq!(visible(), json!(0));
    assert_eq!(page.run("return document.getElementById('none').checkVisibility()"), json!(true));
    page.run("document.getElementById('reset').click()");
    assert_eq!((visible(), heat()), (json!(60), json!(60)));
    set("show", "open");
    assert_eq!(visible(), json!(1));
    set("show", "");
}

fn opens_a_ladder(page: &Session) {
    page.run("document.querySelectorAll('#labs button')[1].click()");
    // By keyboard alone: the one cell that Tab reaches, an arrow, Enter.
    page.run("document.querySelector('#heat td[tabindex=\"0\"]').focus()");
    page.key("\u{e015}");
    page.key("\u{e007}");
    page.wait("return document.getElementById('case').open");
    page.key("\u{e00c}");
    page.wait("return !document.getElementById('case').open");
    assert_eq!(page.run("return document.activeElement.dataset.k !== undefined"), json!(true), "the focus comes back");
    page.run("document.querySelector('#heat td.kF[data-k]').click()");
    page.wait("return document.getElementById('case').open");
    let parts = page.run(
        "const rungs = document.querySelectorAll('#case .rungs li').length; \
         return [rungs, document.querySelectorAll('#case svg.ladder .t').length, \
         document.querySelectorAll('#case svg.ladder .here').length, document.querySelector('#case .diff').textContent]",
    );
    assert!(parts[0].as_u64().unwrap() >= 6, "{parts}");
    assert_eq!(parts[0], parts[1], "a sentence for each rung");
    assert_eq!(parts[2], json!(1));
    assert!(parts[3].as_str().unwrap().contains("0 bytes, connection still open"), "{parts}");
    page.run("document.getElementById('close').click()");
}

#[test]
fn opens_within_two_seconds_for_a_thousand() {
    let Some(driver) = driver() else { return };
    let folder = TempDir::new().unwrap();
    let page = opened(&THOUSAND, folder.path(), &driver);
    let size = fs::metadata(folder.path().join("report.html")).unwrap().len();
    assert!(size <= 20_000_000, "{size} bytes");
    let rows = page.run("return document.querySelectorAll('#marks tbody tr').length");
    assert_eq!(rows, json!(1000));
    let findings = "const data = JSON.parse(document.getElementById('data').textContent); \
                    const all = data.rows.flatMap((row) => Object.values(row.failed).flat()).filter((one) => one.length > 3); \
                    return [all.length, all.filter((one) => data.seen[one[3]][4] === -1).length]";
    let findings = page.run(findings);
    let ready: f64 = page.run("return document.documentElement.dataset.ready").as_str().unwrap().parse().unwrap();
    eprintln!("{size} bytes, [findings, without ladder]: {findings}, ready after {ready} ms");
    // Two seconds on a machine with nothing else to do; this one runs tests besides.
    assert!(ready < 6000.0, "{ready} ms");
}

/// What does not fit is left out and said so, where a ladder would be.
#[test]
fn a_class_of_long_ladders_stays_small() {
    let Some(driver) = driver() else { return };
    let folder = TempDir::new().unwrap();
    let mut class = sample_class(60);
    for (at, row) in class.rows.iter_mut().enumerate() {
        let longer = |(id, mut seen): (&str, Seen)| {
            let one = seen.ladder[0].clone();
            let detail = |turn| format!("{at} {id} {turn} {}", "x".repeat(300));
            seen.ladder = (0..60).map(|turn| Rung { detail: detail(turn), ..one.clone() }).collect();
            (id.to_string(), seen)
        };
        row.record.observed.cases = row.record.observed.cases.iter().map(longer).collect();
    }
    let page = opened(&class, folder.path(), &driver);
    let size = fs::metadata(folder.path().join("report.html")).unwrap().len();
    assert!((8_000_000..20_000_000).contains(&size), "{size} bytes");
    page.run("document.getElementById('find').value = 's0059'; document.getElementById('find').dispatchEvent(new Event('input'));");
    let told = "const cell = [...document.querySelectorAll('#heat td.kF[data-k]')].pop(); cell.click(); return document.getElementById('case').textContent";
    assert!(page.run(told).as_str().unwrap().contains("Its ladder is left out here"));
    assert_eq!(page.console(), Vec::<String>::new());
}

#[test]
fn an_empty_class_is_a_page_too() {
    let Some(driver) = driver() else { return };
    let folder = TempDir::new().unwrap();
    let page = opened(&Class::default(), folder.path(), &driver);
    assert_eq!(page.console(), Vec::<String>::new());
    let said = page.run("return document.body.innerText");
    assert!(said.as_str().unwrap().contains("There are no submissions in this class."), "{said}");
}

#[test]
fn text_of_students_does_nothing() {
    let Some(driver) = driver() else { return };
    let folder = TempDir::new().unwrap();
    let page = opened(&super::hostile::class(), folder.path(), &driver);
    // Every cell of the heat map is opened once.
    page.run("for (const lab of document.querySelectorAll('#labs button')) { lab.click(); \
              for (const cell of document.querySelectorAll('#heat td[data-k]')) { cell.click(); document.getElementById('close').click(); } }");
    assert_eq!(page.run("return typeof window.pwned"), Value::from("undefined"));
    let strange = "return document.querySelectorAll('img, iframe, script:not([type]):not(:last-of-type), a[href^=javascript], body style, body link, object, embed, base, form[action]').length";
    assert_eq!(page.run(strange), json!(0));
    assert_eq!(page.console(), Vec::<String>::new());
    assert_eq!(foreign(&page.requests()), Vec::<&String>::new());
}
