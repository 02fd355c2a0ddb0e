//! A plan says what `--shard` will do, and changes nothing of it.

use std::collections::BTreeMap;
use std::time::Duration;

use grader::grade::plan::{Plan, Size};
use grader::grade::shard::Shard;
use serde_json::Value;

use crate::grade::class::{Class, STUBS};

fn ids(n: usize) -> Vec<String> {
    (0..n).map(|number| format!("s{number:03}")).collect()
}

/// Every tenth takes half a minute.
fn times(ids: &[String]) -> BTreeMap<String, f64> {
    ids.iter().enumerate().map(|(at, id)| (id.clone(), if at % 10 == 0 { 30.0 } else { 2.0 })).collect()
}

#[test]
fn parts_are_those_that_shard_takes_the_longest_first() {
    let ids = ids(100);
    let plan = Plan::new(&ids, &times(&ids), Size::Parts(8)).unwrap();
    assert_eq!((plan.of, plan.submissions, plan.known, plan.seconds), (8, 100, 100, 480.0));
    assert_eq!(plan.longest, Some(("s000".to_string(), 30.0)));
    let mut seen = Vec::new();
    for part in &plan.shards {
        let shard = Shard::parse(&part.shard).unwrap();
        assert!(part.submissions.iter().all(|id| shard.takes(id)), "{}", part.shard);
        let sum: f64 = part.submissions.iter().map(|id| times(&ids)[id]).sum();
        assert_eq!(part.seconds, sum);
        seen.extend(part.submissions.clone());
    }
    seen.sort();
    assert_eq!(seen, ids, "each is in one part");
    assert!(plan.shards.windows(2).all(|two| two[0].seconds >= two[1].seconds));
    let order: Vec<&String> = plan.shards.iter().map(|part| &part.shard).collect();
    assert_eq!(plan.matrix.shard.iter().collect::<Vec<_>>(), order);
}

#[test]
fn who_is_new_takes_as_long_as_others_do() {
    let ids = ids(5);
    let known = BTreeMap::from([("s000".to_string(), 9.0), ("s001".to_string(), 4.0), ("s002".to_string(), 4.0)]);
    let plan = Plan::new(&ids, &known, Size::Parts(1)).unwrap();
    assert_eq!((plan.known, plan.seconds), (3, 25.0));
    assert_eq!(Plan::new(&ids, &BTreeMap::new(), Size::Parts(1)).unwrap().seconds, 5.0, "a second each");
}

#[test]
fn as_few_parts_as_are_done_in_time() {
    let ids = ids(100);
    let within = |seconds| Plan::new(&ids, &times(&ids), Size::Within(Duration::from_secs(seconds)));
    let plan = within(120).unwrap();
    assert!(plan.shards[0].seconds <= 120.0);
    let fewer = Plan::new(&ids, &times(&ids), Size::Parts(plan.of - 1)).unwrap();
    assert!(fewer.shards[0].seconds > 120.0, "one part less is not done");
    assert_eq!(within(480).unwrap().of, 1);
    let said = format!("{:#}", within(20).unwrap_err());
    assert!(said.contains("not even 256 parts are done within 20 s"), "{said}");
}

#[test]
fn no_parts_and_times_that_make_no_sense() {
    let ids = ids(3);
    assert!(Plan::new(&ids, &BTreeMap::new(), Size::Parts(0)).is_err());
    let odd = BTreeMap::from([("s000".to_string(), f64::NAN), ("s001".to_string(), -1.0), ("s002".to_string(), 1e300)]);
    assert_eq!(Plan::new(&ids, &odd, Size::Parts(2)).unwrap().submissions, 3);
    let nobody = Plan::new(&[], &BTreeMap::new(), Size::Parts(2)).unwrap();
    assert_eq!((nobody.shards.len(), nobody.longest), (2, None));
}

#[test]
fn the_command_prints_json() {
    let class = Class::new();
    for name in ["ada", "bo", "cy"] {
        class.hand_in(name, &STUBS);
    }
    let plan = |more: &[&str]| {
        let mut command = class.command(&["plan"]);
        command.arg(class.path("in")).arg("--course").arg(class.path("course.toml")).args(more);
        command
    };
    let output = plan(&["--shards", "2"]).assert().success().get_output().stdout.clone();
    let plan_of: Value = serde_json::from_slice(&output).unwrap();
    assert_eq!((&plan_of["of"], &plan_of["submissions"], &plan_of["known"]), (&2.into(), &3.into(), &0.into()));
    assert_eq!(plan_of["matrix"]["shard"].as_array().unwrap().len(), 2);
    plan(&[]).assert().code(2);
    plan(&["--shards", "0"]).assert().code(2);
    let said = plan(&["--shards", "2", "--last", "nowhere"]).assert().code(2).get_output().stderr.clone();
    assert!(String::from_utf8_lossy(&said).contains("knows no times"));
}
