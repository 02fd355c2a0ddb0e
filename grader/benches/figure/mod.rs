//! A measured figure beside the most that it may be, as a row of a table.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

/// One row of the table.
pub struct Figure {
    what: String,
    got: String,
    most: String,
    holds: bool,
}

impl Figure {
    /// A time, and the most that it may be.
    pub fn time(what: impl Into<String>, got: Duration, most: Duration) -> Figure {
        Figure { what: what.into(), got: show(got), most: show(most), holds: got <= most }
    }

    /// A time beside its yardstick, and the most that it may be as a multiple of that.
    pub fn ratio(what: impl Into<String>, got: Duration, yardstick: Duration, most: f64) -> Figure {
        let times = got.as_secs_f64() / yardstick.as_secs_f64();
        Figure {
            what: what.into(),
            got: format!("{} = {times:.2} x {}", show(got), show(yardstick)),
            most: format!("{most} x"),
            holds: times <= most,
        }
    }

    pub fn count(what: impl Into<String>, got: u64, most: u64, unit: &str) -> Figure {
        Figure { what: what.into(), got: format!("{got} {unit}"), most: format!("{most} {unit}"), holds: got <= most }
    }
}

fn show(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("{} ms", time.as_millis())
    } else {
        format!("{:.2} s", time.as_secs_f64())
    }
}

/// How long `work` takes, and what it gives.
pub fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(Duration, T)> {
    let start = Instant::now();
    let value = work()?;
    Ok((start.elapsed(), value))
}

/// The middle one of so many tries.
pub fn median(tries: usize, mut work: impl FnMut() -> Result<Duration>) -> Result<Duration> {
    let mut times = (0..tries).map(|_| work()).collect::<Result<Vec<_>>>()?;
    times.sort();
    Ok(times[tries / 2])
}

/// Prints the rows as they come. Ends with an error if a figure is missed.
pub fn table(work: impl FnOnce(&mut dyn FnMut(Figure)) -> Result<()>) -> Result<()> {
    println!("| what | measured | at most | |\n|---|---|---|---|");
    let mut missed = 0;
    work(&mut |figure: Figure| {
        missed += u32::from(!figure.holds);
        let Figure { what, got, most, holds } = figure;
        println!("| {what} | {got} | {most} | {} |", if holds { "ok" } else { "**missed**" });
    })?;
    ensure!(missed == 0, "{missed} figures are missed");
    Ok(())
}
