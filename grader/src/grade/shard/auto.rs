//! How engines tell a task its number.
//!
//! | engine | which | how many |
//! |---|---|---|
//! | Slurm (an array) | `SLURM_ARRAY_TASK_ID`, less `_MIN`, by `_STEP` | `SLURM_ARRAY_TASK_COUNT` |
//! | Kubernetes (an indexed job) | `JOB_COMPLETION_INDEX` | `LOOPBACK_SHARDS`, which the job file sets |
//! | GitHub Actions (a matrix) | `STRATEGY_JOB_INDEX`, which the workflow sets | `STRATEGY_JOB_TOTAL`, as well |
//!
//! Kubernetes tells a pod which completion it is, not of how many. Actions has both numbers in its expressions
//! (`strategy.job-index`, `strategy.job-total`), and in no variable.

use anyhow::{Context, Result, bail, ensure};

use super::Shard;

type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

const SLURM: &str = "SLURM_ARRAY_TASK_ID";
const KUBERNETES: &str = "JOB_COMPLETION_INDEX";
const ACTIONS: &str = "STRATEGY_JOB_INDEX";

pub fn shard(env: Env) -> Result<Shard> {
    let there: Vec<&str> = [SLURM, KUBERNETES, ACTIONS].into_iter().filter(|name| env(name).is_some()).collect();
    match there[..] {
        [SLURM] => slurm(env),
        [KUBERNETES] => Shard::new(number(env, KUBERNETES)?, number(env, "LOOPBACK_SHARDS")?),
        [ACTIONS] => Shard::new(number(env, ACTIONS)?, number(env, "STRATEGY_JOB_TOTAL")?),
        [] => bail!(
            "no engine says which part this is: none of {SLURM}, {KUBERNETES}, {ACTIONS} is set; try: --shard M/N, or \
             the job files of cargo grade emit"
        ),
        _ => bail!("{} are both set, so it is not clear which part this is; try: --shard M/N", there.join(" and ")),
    }
}

/// An array may begin at any number and leave numbers out, as in `1-15:2`. One with holes of different sizes has no such
/// count: its tasks would be parts of something else than was meant.
fn slurm(env: Env) -> Result<Shard> {
    let or = |name: &str, otherwise: u32| if env(name).is_some() { number(env, name) } else { Ok(otherwise) };
    let (id, count) = (number(env, SLURM)?, number(env, "SLURM_ARRAY_TASK_COUNT")?);
    let (first, step) = (number(env, "SLURM_ARRAY_TASK_MIN")?, or("SLURM_ARRAY_TASK_STEP", 1)?.max(1));
    let after = id.checked_sub(first);
    let last = first.checked_add(count.saturating_sub(1).saturating_mul(step));
    let is_even = after.is_some_and(|after| after % step == 0)
        && env("SLURM_ARRAY_TASK_MAX").is_none_or(|max| max.parse().ok() == last);
    ensure!(
        is_even,
        "the array of Slurm leaves tasks out, so that part and count do not fit; try: --shard $SLURM_ARRAY_TASK_ID/N"
    );
    Shard::new(after.unwrap_or(0) / step, count)
}

fn number(env: Env, name: &str) -> Result<u32> {
    let text = env(name).with_context(|| format!("{name} is not set; try: --shard M/N"))?;
    super::number(&text).with_context(|| format!("{name} is `{text}`, which is no number; try: --shard M/N"))
}
