//! What engines tell a task of itself.

use grader::grade::shard::Shard;

use super::{cheap, shard_path};
use crate::grade::class::stderr;

fn auto(set: &[(&str, &str)]) -> Result<String, String> {
    let env = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_string());
    Shard::auto(&env).map(|shard| shard.to_string()).map_err(|why| format!("{why:#}"))
}

/// `--array=FIRST-LAST:STEP` as Slurm tells it.
fn slurm(id: &str, first: &str, last: &str, step: &str, count: &str) -> Result<String, String> {
    auto(&[
        ("SLURM_ARRAY_TASK_ID", id),
        ("SLURM_ARRAY_TASK_MIN", first),
        ("SLURM_ARRAY_TASK_MAX", last),
        ("SLURM_ARRAY_TASK_STEP", step),
        ("SLURM_ARRAY_TASK_COUNT", count),
    ])
}

#[test]
fn each_engine_in_its_own_words() {
    assert_eq!(slurm("0", "0", "7", "1", "8").unwrap(), "0/8");
    assert_eq!(slurm("8", "1", "8", "1", "8").unwrap(), "7/8", "an array that begins at 1");
    assert_eq!(slurm("13", "1", "15", "2", "8").unwrap(), "6/8", "every second");
    assert_eq!(auto(&[("JOB_COMPLETION_INDEX", "3"), ("LOOPBACK_SHARDS", "8")]).unwrap(), "3/8");
    assert_eq!(auto(&[("STRATEGY_JOB_INDEX", "255"), ("STRATEGY_JOB_TOTAL", "256")]).unwrap(), "255/256");
}

#[test]
fn what_does_not_fit_is_said() {
    // `--array=1,5,9`, and tasks of an array of eight that are submitted again
    assert!(slurm("5", "1", "9", "1", "3").unwrap_err().contains("leaves tasks out"));
    assert!(slurm("5", "3", "5", "1", "2").unwrap_err().contains("leaves tasks out"));
    let both = auto(&[("JOB_COMPLETION_INDEX", "3"), ("SLURM_ARRAY_TASK_ID", "1")]).unwrap_err();
    assert!(both.contains("SLURM_ARRAY_TASK_ID and JOB_COMPLETION_INDEX are both set"), "{both}");
    assert!(auto(&[("JOB_COMPLETION_INDEX", "3")]).unwrap_err().contains("LOOPBACK_SHARDS is not set"));
    assert!(auto(&[("JOB_COMPLETION_INDEX", "3"), ("LOOPBACK_SHARDS", "3")]).unwrap_err().contains("no part 3 of 3"));
    assert!(auto(&[("JOB_COMPLETION_INDEX", "-1"), ("LOOPBACK_SHARDS", "3")]).unwrap_err().contains("no number"));
    assert!(auto(&[]).unwrap_err().contains("try: --shard M/N"));
}

#[test]
fn the_command_asks_its_engine() {
    let class = cheap(1);
    let mut command = class.grade(&["--shard", "auto"]);
    for name in ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX", "STRATEGY_JOB_INDEX"] {
        command.env_remove(name);
    }
    assert!(stderr(&command.assert().code(2)).contains("no engine says which part this is"));
    assert!(!class.path("graded").exists(), "nothing was begun");
    command.env("JOB_COMPLETION_INDEX", "1").env("LOOPBACK_SHARDS", "3");
    command.assert().success();
    assert!(shard_path(&class, "1-of-3.json").exists());
}
