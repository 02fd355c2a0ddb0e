//! A point in time for people and for names of files, in UTC: the same everywhere, and no table of time zones is needed.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub u64);

impl Moment {
    pub fn now() -> Moment {
        Moment::of(SystemTime::now())
    }

    pub fn of(time: SystemTime) -> Moment {
        Moment(time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
    }

    /// `2026-11-20T12:33:05Z`, as RFC 3339 has it.
    pub fn rfc3339(self) -> String {
        let [year, month, day] = self.date();
        let [hour, minute, second] = self.time();
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }

    /// `2026-11-20 12:33 UTC`
    pub fn told(self) -> String {
        let [year, month, day] = self.date();
        let [hour, minute, _] = self.time();
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
    }

    /// `20261120-1233`, for names of files.
    pub fn stamp(self) -> String {
        let [year, month, day] = self.date();
        let [hour, minute, _] = self.time();
        format!("{year:04}{month:02}{day:02}-{hour:02}{minute:02}")
    }

    /// Howard Hinnant's `civil_from_days`: a year begins in March, so that the leap day is its last.
    fn date(self) -> [u64; 3] {
        let days = self.0 / 86_400 + 719_468;
        let (era, of_era) = (days / 146_097, days % 146_097);
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        [era * 400 + year + u64::from(month <= 2), month, day]
    }

    fn time(self) -> [u64; 3] {
        let seconds = self.0 % 86_400;
        [seconds / 3600, seconds / 60 % 60, seconds % 60]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, told) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_164_800, "2024-02-29T00:00:00Z"),
            (1_795_177_985, "2026-11-20T12:33:05Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(Moment(seconds).rfc3339(), told);
        }
        assert_eq!(Moment(1_795_177_985).stamp(), "20261120-1233");
        assert_eq!(Moment(1_795_177_985).told(), "2026-11-20 12:33 UTC");
    }
}
