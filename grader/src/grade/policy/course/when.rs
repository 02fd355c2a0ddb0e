//! Deadlines: a moment, and the time zone in which its days are counted.
//!
//! A local time that a change of the clocks skips, or that comes twice, is an error here, never a guess: an hour decides
//! over somebody's mark. Days *after* a deadline are counted in the calendar of its zone, so that "a day late" ends at the
//! same time of the next day also in the night in which the clocks are changed; where that time of the day does not
//! exist, it ends as much later as the clocks were set forward, and where it comes twice, the first time.

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{Timestamp, ToSpan, Zoned};

/// A moment with its time zone. Being received exactly then is in time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Zoned);

impl Deadline {
    pub fn timestamp(&self) -> Timestamp {
        self.0.timestamp()
    }

    /// So many days of the calendar later. Beyond the end of the calendar it stays where it is.
    pub fn plus_days(&self, days: u32) -> Deadline {
        Deadline(self.0.checked_add(i64::from(days).days()).unwrap_or_else(|_| self.0.clone()))
    }

    /// Seconds from here to `moment`; 0 if that is not later.
    pub fn late(&self, moment: Timestamp) -> i64 {
        let late = moment.duration_since(self.timestamp());
        late.as_secs().max(0) + i64::from(late.as_secs() >= 0 && late.subsec_nanos() > 0)
    }

    /// Days of the calendar that were begun by `moment`: 0 if it is in time. Stops counting after about a century.
    pub fn days_late(&self, moment: Timestamp) -> u32 {
        let whole = self.late(moment) / 86_400;
        let mut days = u32::try_from(whole.clamp(0, 36_500)).unwrap_or(0).saturating_sub(2);
        while days < 36_500 && self.plus_days(days).timestamp() < moment {
            days += 1;
        }
        days
    }
}

impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.strftime("%Y-%m-%d %H:%M:%S %:z"))
    }
}

/// A time zone by its name, `UTC` and `Z` among them.
pub fn zone(name: &str) -> Result<TimeZone, String> {
    if matches!(name, "Z" | "UTC" | "utc") {
        return Ok(TimeZone::UTC);
    }
    let known = |name: &str| TimeZone::get(name).ok();
    known(name).ok_or_else(|| format!("no time zone is called `{name}`; try: a name such as `Europe/Berlin`, or `UTC`"))
}

/// `2026-11-20 23:59 Europe/Berlin`, `2026-11-20 23:59 +01:00`, `2026-11-20T23:59:00+01:00[Europe/Berlin]`, or without a
/// zone where the course has one. Seconds that are not written are 0.
pub fn deadline(text: &str, course: Option<&TimeZone>) -> Result<Deadline, String> {
    let (local, rest) = local(text.trim())
        .ok_or_else(|| format!("`{text}` is not a date and a time; try: `2026-11-20 23:59 Europe/Berlin`"))?;
    let (offset, name) = offset(rest)?;
    let zone = match (name, offset, course) {
        ("", Some(offset), _) => {
            return Ok(Deadline(whole(offset.to_timestamp(local))?.to_zoned(offset.to_time_zone())));
        }
        ("", None, Some(zone)) => zone.clone(),
        ("", None, None) => return Err(format!("`{text}` has no time zone; try: `{} Europe/Berlin`", text.trim())),
        (name, ..) => zone(name)?,
    };
    match offset {
        Some(offset) => agreed(local, offset, zone),
        None => unambiguous(local, zone),
    }
}

/// The date and the time in front, and what comes after them.
fn local(text: &str) -> Option<(DateTime, &str)> {
    let date = text.get(..10)?;
    let time = text.get(11..)?;
    if !matches!(text.as_bytes().get(10), Some(b' ' | b'T')) {
        return None;
    }
    let end = time.find(|c: char| !(c.is_ascii_digit() || c == ':')).unwrap_or(time.len());
    let seconds = if time[..end].len() == 5 { ":00" } else { "" };
    let local = format!("{date}T{}{seconds}", &time[..end]).parse().ok()?;
    (end == 5 || end == 8).then_some((local, time[end..].trim()))
}

/// `+01:00`, `Z`, a name, `+01:00[Europe/Berlin]`.
fn offset(rest: &str) -> Result<(Option<Offset>, &str), String> {
    let (number, name) = match rest.find(['[', ' ']) {
        Some(at) => (&rest[..at], rest[at..].trim_matches([' ', '[', ']'])),
        None => (rest, ""),
    };
    if number == "Z" {
        return Ok((Some(Offset::UTC), name));
    }
    let Some(sign) = number.chars().next().filter(|c| matches!(c, '+' | '-')) else {
        return Ok((None, rest.trim_matches(['[', ']'])));
    };
    let digits: String = number[1..].chars().filter(|c| *c != ':').collect();
    let minutes = (digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| Some(digits[..2].parse::<i32>().ok()? * 60 + digits[2..].parse::<i32>().ok()?))
        .flatten()
        .ok_or_else(|| format!("`{number}` is not an offset; try: `+01:00`"))?;
    let seconds = minutes * 60 * if sign == '-' { -1 } else { 1 };
    Ok((Some(whole(Offset::from_seconds(seconds))?), name))
}

fn whole<T>(result: Result<T, jiff::Error>) -> Result<T, String> {
    result.map_err(|error| format!("this moment is outside the calendar: {error}"))
}

/// With both given, the zone must have that offset then: this is how one of two equal local times is meant.
fn agreed(local: DateTime, offset: Offset, zone: TimeZone) -> Result<Deadline, String> {
    let zoned = whole(offset.to_timestamp(local))?.to_zoned(zone);
    if zoned.offset() == offset {
        return Ok(Deadline(zoned));
    }
    Err(format!("the zone is not {offset} from UTC then, but {}; try: leave the offset out", zoned.offset()))
}

fn unambiguous(local: DateTime, zone: TimeZone) -> Result<Deadline, String> {
    let shown = local.strftime("%Y-%m-%d %H:%M").to_string();
    let ambiguous = zone.to_ambiguous_zoned(local);
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => whole(ambiguous.unambiguous()).map(Deadline),
        AmbiguousOffset::Gap { .. } => Err(format!(
            "there is no {shown} in this zone: the clocks are set forward then; try: an hour earlier or later"
        )),
        AmbiguousOffset::Fold { before, after } => Err(format!(
            "{shown} comes twice in this zone: the clocks are set back then; try: `{shown} {}` or `{shown} {}`",
            signed(before),
            signed(after)
        )),
    }
}

/// `+02:00`
fn signed(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}
