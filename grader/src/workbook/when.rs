//! Points in time, all in seconds since 1970: `yesterday 14:02` for a student, in the time zone of the machine; UTC in what
//! is handed in.
//!
//! Where the system tells no time zone (Windows keeps it elsewhere), it is UTC, and that is said.

use tz::{DateTime, TimeZone, UtcDateTime};

use crate::remembered::now;
use crate::texts::say;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `today 14:02`, `yesterday 14:02`, `12 Nov 14:02`, `12 Nov 2025`.
pub fn told(at: u64) -> String {
    let zone = zone();
    let text = match (civil(at, &zone), civil(now(), &zone)) {
        (Some(then), Some(now)) => between(&then, &now),
        _ => say!("cargo-lab/when/at_an_unknown_time").to_string(),
    };
    let clock = text.contains(':');
    if clock && cfg!(not(unix)) { format!("{text} UTC") } else { text }
}

/// `14:02:31`, now.
pub fn clock() -> String {
    let time = civil(now(), &zone());
    time.map_or(String::new(), |time| format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second()))
}

/// `2026-11-20-140231`, now: a part of a file's name that sorts by time.
pub fn stamp() -> String {
    let seconds = now();
    civil(seconds, &zone()).map_or(seconds.to_string(), |time| {
        let (year, month, day) = (time.year(), time.month(), time.month_day());
        format!("{year:04}-{month:02}-{day:02}-{:02}{:02}{:02}", time.hour(), time.minute(), time.second())
    })
}

/// `2026-11-20T12:33:05Z`, as RFC 3339 has it.
pub fn rfc3339(at: u64) -> String {
    utc(at).map_or(String::new(), |time| {
        let (year, month, day) = (time.year(), time.month(), time.month_day());
        format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", time.hour(), time.minute(), time.second())
    })
}

/// `20261120-1233`, in UTC, for names of files that are handed in.
pub fn stamp_in_utc(at: u64) -> String {
    let digits: String = rfc3339(at).chars().filter(char::is_ascii_digit).collect();
    digits.get(..12).map_or(at.to_string(), |minute| format!("{}-{}", &minute[..8], &minute[8..]))
}

fn utc(at: u64) -> Option<UtcDateTime> {
    UtcDateTime::from_timespec(i64::try_from(at).ok()?, 0).ok()
}

/// The zone that `TZ` names, else the system's.
fn zone() -> TimeZone {
    let named = std::env::var("TZ").ok().filter(|name| !name.is_empty());
    let zone = named.and_then(|name| TimeZone::from_posix_tz(&name).ok()).or_else(|| TimeZone::local().ok());
    zone.unwrap_or_else(TimeZone::utc)
}

fn civil(at: u64, zone: &TimeZone) -> Option<DateTime> {
    DateTime::from_timespec(i64::try_from(at).ok()?, 0, zone.as_ref()).ok()
}

fn between(then: &DateTime, now: &DateTime) -> String {
    let month = MONTHS[usize::from(then.month() - 1).min(11)];
    let time = format!("{:02}:{:02}", then.hour(), then.minute());
    match days(now) - days(then) {
        0 => say!("cargo-lab/when/today", time),
        1 => say!("cargo-lab/when/yesterday", time),
        _ if then.year() == now.year() => format!("{} {month} {time}", then.month_day()),
        _ => format!("{} {month} {}", then.month_day(), then.year()),
    }
}

/// Days since 1970 on the calendar of the zone.
fn days(time: &DateTime) -> i64 {
    let local = time.unix_time() + i64::from(time.local_time_type().ut_offset());
    local.div_euclid(86_400)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_handed_in_has_utc() {
        for (seconds, told) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_164_800, "2024-02-29T00:00:00Z"),
            (1_795_177_985, "2026-11-20T12:33:05Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(seconds), told);
        }
        assert_eq!(stamp_in_utc(1_795_177_985), "20261120-1233");
    }

    #[test]
    fn days_change_at_midnight_of_the_zone_not_of_utc() {
        let zone = TimeZone::from_posix_tz("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let at = |seconds| civil(seconds, &zone).unwrap();
        // 2026-11-20 12:00 UTC, which is 13:00 there.
        let now = at(1_795_176_000);
        for (ago, want) in [
            (0, "today 13:00"),
            (13 * 3600, "today 00:00"),
            (13 * 3600 + 60, "yesterday 23:59"),
            (37 * 3600, "yesterday 00:00"),
            (37 * 3600 + 60, "18 Nov 23:59"),
            // In summer the clock is an hour ahead.
            (120 * 86_400, "23 Jul 14:00"),
            (400 * 86_400, "16 Oct 2025"),
        ] {
            assert_eq!(between(&at(1_795_176_000 - ago), &now), want);
        }
    }
}
