//! Sizes and durations in the notation of people: `256MiB`, `1.5s`.

use std::{fmt, str::FromStr, time::Duration};

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u64);

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) Duration);

/// A length of time, or `none` for no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit(pub(crate) Option<Duration>);

/// Units with their number of bytes. A letter alone counts in 1024, as in common tools.
const SIZES: &[(&str, u128)] = &[
    ("", 1),
    ("b", 1),
    ("k", 1 << 10),
    ("kib", 1 << 10),
    ("kb", 1_000),
    ("m", 1 << 20),
    ("mib", 1 << 20),
    ("mb", 1_000_000),
    ("g", 1 << 30),
    ("gib", 1 << 30),
    ("gb", 1_000_000_000),
];

/// Units with their number of nanoseconds. A number alone means seconds.
const DURATIONS: &[(&str, u128)] = &[
    ("", 1_000_000_000),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

/// The most fraction digits: their power of ten leaves room for every whole part.
const MAX_FRACTION_DIGITS: usize = 12;

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        scaled(text, SIZES).and_then(|bytes| u64::try_from(bytes).ok()).map(Self).ok_or_else(|| {
            "not a size: use bytes, or a number with KiB, MiB, GiB (or K, M, G: 1024) or kB, MB, GB (1000)".to_owned()
        })
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        shown(f, self.0.into(), &[("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)], " bytes")
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        scaled(text, DURATIONS)
            .and_then(|nanoseconds| u64::try_from(nanoseconds).ok())
            .map(|nanoseconds| Self(Duration::from_nanos(nanoseconds)))
            .ok_or_else(|| "not a duration: use a number with ms, s, m or h".to_owned())
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000)];
        shown(f, self.0.as_nanos(), &units, "ns")
    }
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("none") {
            return Ok(Self(None));
        }
        text.parse::<Span>().map(|span| Self(Some(span.0))).map_err(|reason| format!("{reason}, or `none`"))
    }
}

/// Returns the number in `text` times its unit, if the result is exact.
fn scaled(text: &str, units: &[(&str, u128)]) -> Option<u128> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = unit.trim_start().to_ascii_lowercase();
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if !number.starts_with(|c: char| c.is_ascii_digit()) || fraction.len() > MAX_FRACTION_DIGITS {
        return None;
    }
    let digits: String = whole.chars().filter(|c| *c != '_').chain(fraction.chars()).collect();
    let divisor = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    Some(digits.parse::<u128>().ok()?.checked_mul(*factor)? / divisor)
}

/// Formats a value in the largest unit that divides it.
fn shown(f: &mut fmt::Formatter<'_>, value: u128, units: &[(&str, u128)], least: &str) -> fmt::Result {
    match units.iter().find(|(_, factor)| value != 0 && value.is_multiple_of(*factor)) {
        Some((unit, factor)) => write!(f, "{}{unit}", value / factor),
        None => write!(f, "{value}{least}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_both_systems() {
        for (text, bytes) in [
            ("0", 0),
            ("1_000", 1000),
            ("12b", 12),
            ("256MiB", 256 << 20),
            ("64MB", 64_000_000),
            ("1G", 1 << 30),
            ("1.5k", 1536),
            ("2 gib", 2 << 30),
            ("0.0000001GB", 100),
        ] {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        }
    }

    #[test]
    fn durations_are_read_exactly() {
        for (text, milliseconds) in
            [("1.5s", 1500), ("300ms", 300), ("2m", 120_000), ("2min", 120_000), ("1h", 3_600_000), ("30", 30_000)]
        {
            assert_eq!(text.parse(), Ok(Span(Duration::from_millis(milliseconds))), "{text}");
        }
        assert_eq!("0.1s".parse(), Ok(Span(Duration::from_millis(100))));
        assert_eq!("none".parse(), Ok(Limit(None)));
        assert_eq!("50us".parse(), Ok(Limit(Some(Duration::from_micros(50)))));
    }

    #[test]
    fn what_is_neither_is_refused() {
        let huge = "9".repeat(60);
        for text in ["", "-1", "s", ".5", "1.2.3", "1e9", "12 parsecs", "1._5", "_1", "1.5_s", "99999999999G", &huge] {
            assert!(text.parse::<Size>().is_err(), "{text}");
            assert!(text.parse::<Limit>().is_err(), "{text}");
        }
        assert!("none".parse::<Size>().is_err());
        assert!("none".parse::<Span>().is_err());
    }

    #[test]
    fn what_is_shown_can_be_read_again() {
        for (bytes, text) in [(512 << 20, "512MiB"), (1 << 30, "1GiB"), (1536, "1536 bytes"), (0, "0 bytes")] {
            assert_eq!(Size(bytes).to_string(), text);
        }
        for (span, text) in [(30_000, "30s"), (50, "50ms"), (1500, "1500ms"), (7_200_000, "2h")] {
            let span = Span(Duration::from_millis(span));
            assert_eq!(span.to_string(), text);
            assert_eq!(text.parse(), Ok(span));
        }
    }
}
