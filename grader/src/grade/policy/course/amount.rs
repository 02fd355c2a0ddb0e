//! Points and percentages, in hundredths, and the one rule by which they are rounded: halves go up.

use std::fmt;

use crate::grade::model::Hundredths;

/// More points than any course has; keeps every product far inside 64 bits.
const MOST: i64 = 100_000_000;

/// `10 %`, or `5 points`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    Points(Hundredths),
    /// In hundredths of a percent.
    Percent(Hundredths),
}

impl Amount {
    /// In points, where the whole has so many.
    pub fn of(self, whole: Hundredths) -> Hundredths {
        match self {
            Amount::Points(points) => points,
            Amount::Percent(percent) => scale(whole, percent.0, 10_000),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Amount::Points(points) => write!(f, "{points} points"),
            Amount::Percent(percent) => write!(f, "{percent} %"),
        }
    }
}

/// `points * part / whole` for numbers that are not negative, rounded to a hundredth, halves up. 0 of nothing.
pub fn scale(points: Hundredths, part: i64, whole: i64) -> Hundredths {
    if whole <= 0 {
        return Hundredths(0);
    }
    let twice = 2 * i128::from(points.0) * i128::from(part) + i128::from(whole);
    Hundredths(i64::try_from(twice / (2 * i128::from(whole))).unwrap_or(i64::MAX))
}

/// `12`, `12.5`, `12.50`, with a comma too: never more than two places, never negative, and exact.
pub fn decimal(text: &str) -> Option<Hundredths> {
    let text = text.trim();
    let (whole, places) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let places = places.trim_end_matches('0');
    if !digits(whole) || !(places.is_empty() || digits(places)) || places.len() > 2 || text.ends_with(['.', ',']) {
        return None;
    }
    let whole: i64 = whole.parse().ok().filter(|whole| *whole <= MOST / 100)?;
    let places: i64 = format!("{places:0<2}").parse().ok()?;
    Some(Hundredths(whole * 100 + places))
}

/// `10 %`, `2.5%`, `5 points`, `5`.
pub fn amount(text: &str) -> Option<Amount> {
    let text = text.trim();
    if let Some(number) = text.strip_suffix('%') {
        return decimal(number).filter(|percent| percent.0 <= 10_000).map(Amount::Percent);
    }
    let number = ["points", "point"].iter().find_map(|unit| text.strip_suffix(unit)).unwrap_or(text);
    decimal(number).map(Amount::Points)
}

/// `90 s`, `15 min`, `2 h`, in seconds.
pub fn seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let number: i64 = text[..end].parse().ok().filter(|number| *number <= 1_000_000)?;
    let unit = match text[end..].trim() {
        "s" | "sec" | "second" | "seconds" => 1,
        "min" | "minute" | "minutes" => 60,
        "h" | "hour" | "hours" => 3600,
        _ => return None,
    };
    Some(number * unit)
}
