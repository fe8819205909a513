//! The values in a buffer of little-endian elements.

use super::{Dtype, Value};

/// Returns the value at a place of a buffer; `None` outside of it, or for a type without such a form.
///
/// A date is ISO 8601, and a missing one is `None`. A duration, a period, and a date in a unit below a nanosecond is its
/// count of the unit.
pub(super) fn element(dtype: &Dtype, data: &[u8], place: usize) -> Option<Value> {
    let width = width(dtype)?;
    let start = place.checked_mul(width)?;
    let bytes = data.get(start..start.checked_add(width)?)?;
    Some(match dtype {
        Dtype::Nullable(inner) => return element(inner, data, place),
        Dtype::Bool => Value::Bool(bytes != [0]),
        Dtype::Int(_) => Value::Int(signed(bytes)),
        Dtype::UInt(_) => Value::from(unsigned(bytes)),
        Dtype::Float(_) => Value::Float(float(bytes)?),
        Dtype::Complex(_) => {
            let (real, imag) = bytes.split_at(width / 2);
            Value::Complex { real: float(real)?, imag: float(imag)? }
        }
        Dtype::DateTime { unit, zone } => match (signed(bytes), instant(signed(bytes), unit)) {
            (_, Some(text)) => Value::DateTime(if zone.is_some() { text + "+00:00" } else { text }),
            (i64::MIN, None) => Value::None,
            // ISO 8601 ends at nanoseconds.
            (count, None) => Value::Int(count),
        },
        Dtype::TimeDelta { .. } | Dtype::Period { .. } => match signed(bytes) {
            i64::MIN => Value::None,
            count => Value::Int(count),
        },
        Dtype::Other(name) if name.starts_with("<U") => {
            let (characters, _) = bytes.as_chunks();
            let text: String = characters
                .iter()
                .map(|bytes| char::from_u32(u32::from_le_bytes(*bytes)).unwrap_or('\u{fffd}'))
                .collect();
            Value::Str(text.trim_end_matches('\0').to_owned())
        }
        Dtype::Other(_) => {
            let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            Value::Bytes(bytes.get(..end)?.into())
        }
        _ => return None,
    })
}

/// Returns the number of elements in a buffer, if they have one size.
pub(super) fn count(dtype: &Dtype, data: &[u8]) -> Option<usize> {
    let width = width(dtype)?;
    data.len().is_multiple_of(width).then_some(data.len() / width)
}

/// Returns the number of bytes of an element; also of numpy's text and bytes of one length.
fn width(dtype: &Dtype) -> Option<usize> {
    let text = |name: &str| name.strip_prefix("<U")?.parse::<usize>().ok()?.checked_mul(4);
    let bytes = |name: &str| name.strip_prefix("|S")?.parse().ok();
    match dtype {
        Dtype::Other(name) => text(name).or_else(|| bytes(name)).filter(|width| *width > 0),
        other => other.width().filter(|width| *width > 0),
    }
}

fn signed(bytes: &[u8]) -> i64 {
    let sign = if bytes.last().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
    i64::from_le_bytes(extended(bytes, sign))
}

fn unsigned(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(extended(bytes, 0))
}

fn extended(bytes: &[u8], fill: u8) -> [u8; 8] {
    let mut wide = [fill; 8];
    for (place, byte) in wide.iter_mut().zip(bytes) {
        *place = *byte;
    }
    wide
}

fn float(bytes: &[u8]) -> Option<f64> {
    Some(match bytes.len() {
        2 => half(u16::from_le_bytes(bytes.try_into().ok()?)),
        4 => f32::from_le_bytes(bytes.try_into().ok()?).into(),
        8 => f64::from_le_bytes(bytes.try_into().ok()?),
        _ => return None,
    })
}

/// Returns the number in the 16 bits of a `float16`.
fn half(bits: u16) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 0x3ff) / 1024.0);
    sign * match exponent {
        0 => fraction * f64::powi(2.0, -14),
        31 if fraction > 0.0 => f64::NAN,
        31 => f64::INFINITY,
        _ => (1.0 + fraction) * f64::powi(2.0, exponent - 15),
    }
}

/// Returns a count since 1970 as ISO 8601; `None` for a missing date, and for a unit below a nanosecond.
pub(super) fn instant(count: i64, unit: &str) -> Option<String> {
    if count == i64::MIN {
        return None;
    }
    let digits = unit.find(|letter: char| !letter.is_ascii_digit())?;
    let (factor, unit) = unit.split_at(digits);
    let factor: i128 = if factor.is_empty() { 1 } else { factor.parse::<u32>().ok()?.into() };
    let count = i128::from(count) * factor;
    match unit {
        "Y" => return Some(date(count + 1970, 1, 1)),
        "M" => return Some(date(1970 + count.div_euclid(12), count.rem_euclid(12) + 1, 1)),
        "W" | "D" => {
            let (year, month, day) = civil(if unit == "W" { count * 7 } else { count });
            return Some(date(year, month, day));
        }
        _ => (),
    }
    let (seconds, fraction, places) = match unit {
        "h" => (count * 3600, 0, 0),
        "m" => (count * 60, 0, 0),
        "s" => (count, 0, 0),
        "ms" => (count.div_euclid(1000), count.rem_euclid(1000), 3),
        "us" => (count.div_euclid(1_000_000), count.rem_euclid(1_000_000), 6),
        "ns" => (count.div_euclid(1_000_000_000), count.rem_euclid(1_000_000_000), 9),
        _ => return None,
    };
    let (year, month, day) = civil(seconds.div_euclid(86400));
    let second = seconds.rem_euclid(86400);
    let time = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    let fraction = if fraction == 0 { String::new() } else { format!(".{fraction:0places$}") };
    Some(format!("{}T{time}{fraction}", date(year, month, day)))
}

fn date(year: i128, month: i128, day: i128) -> String {
    format!("{year:04}-{month:02}-{day:02}")
}

/// Returns year, month and day of a number of days since 1970, in the proleptic Gregorian calendar.
fn civil(days: i128) -> (i128, i128, i128) {
    // Years of 400 begin on the first of March, so that the leap day is the last day of a year.
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + later, month, of_month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_become_dates() {
        for (count, unit, text) in [
            (0, "s", "1970-01-01T00:00:00"),
            (-1, "ns", "1969-12-31T23:59:59.999999999"),
            (1_000_000_500, "ns", "1970-01-01T00:00:01.000000500"),
            (1500, "ms", "1970-01-01T00:00:01.500"),
            (951_782_400, "s", "2000-02-29T00:00:00"),
            (-62_135_596_800, "s", "0001-01-01T00:00:00"),
            (253_402_300_799, "s", "9999-12-31T23:59:59"),
            (20_000, "D", "2024-10-04"),
            (1, "W", "1970-01-08"),
            (-1, "M", "1969-12-01"),
            (56, "Y", "2026-01-01"),
            (2, "25s", "1970-01-01T00:00:50"),
            (1, "h", "1970-01-01T01:00:00"),
        ] {
            assert_eq!(instant(count, unit).as_deref(), Some(text), "{count} {unit}");
        }
        assert_eq!(instant(i64::MIN, "ns"), None);
        assert_eq!(instant(1, "as"), None);
        assert!(instant(i64::MAX, "4000000000Y").is_some());
    }

    #[test]
    fn a_date_without_text_is_its_count() {
        let dtype = Dtype::from("datetime64[as]");
        assert_eq!(element(&dtype, &7_i64.to_le_bytes(), 0), Some(Value::Int(7)));
        assert_eq!(element(&dtype, &i64::MIN.to_le_bytes(), 0), Some(Value::None));
    }

    #[test]
    fn halves_become_numbers() {
        let found = [0x3c00, 0xc000, 0x0001, 0x7c00, 0xfc00, 0x3555].map(half);
        assert_eq!(found, [1.0, -2.0, f64::powi(2.0, -24), f64::INFINITY, f64::NEG_INFINITY, 0.333_251_953_125]);
        assert!(half(0x7e00).is_nan());
    }

    #[test]
    fn a_place_outside_the_buffer_has_no_value() {
        let dtype = Dtype::Int(32);
        assert_eq!(element(&dtype, &[0xff; 8], 1), Some(Value::Int(-1)));
        for place in [2, usize::MAX / 4, usize::MAX] {
            assert_eq!(element(&dtype, &[0xff; 8], place), None);
        }
        assert_eq!(element(&Dtype::UInt(64), &[0xff; 8], 0), Some(Value::from(u64::MAX)));
        assert_eq!(element(&Dtype::from("<U2"), &[97, 0, 0, 0, 0, 0, 0, 0], 0), Some(Value::from("a")));
        assert_eq!(element(&Dtype::from("|S3"), b"a\0b\0\0\0", 0), Some(Value::Bytes(b"a\0b".into())));
        assert_eq!(element(&Dtype::Object, &[0; 8], 0), None);
    }
}
