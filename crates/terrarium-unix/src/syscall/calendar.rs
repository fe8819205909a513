//! Conversions between seconds since 1970 and the Gregorian calendar, in UTC, for the whole range of numbers.

use crate::abi::Tm;

const SECONDS_PER_DAY: i64 = 86_400;
/// Days of 400 years, after which the calendar repeats.
const DAYS_PER_ERA: i64 = 146_097;
/// Days from 0000-03-01, where the computation starts, to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;

/// Returns the calendar date and time of `seconds` since 1970, or none when the year does not fit `tm_year`.
#[must_use]
pub(super) fn from_unix(seconds: i64) -> Option<Tm> {
    let days = seconds.div_euclid(SECONDS_PER_DAY);
    let of_day = seconds.rem_euclid(SECONDS_PER_DAY);
    let (year, month, day) = civil(days)?;
    let since_january = days.checked_sub(days_from_civil(year, 1, 1)?)?;
    Some(Tm {
        sec: small(of_day.checked_rem(60)?)?,
        min: small(of_day.checked_div(60)?.checked_rem(60)?)?,
        hour: small(of_day.checked_div(3600)?)?,
        mday: small(day)?,
        mon: small(month.checked_sub(1)?)?,
        year: small(year.checked_sub(1900)?)?,
        wday: small(days.checked_add(4)?.rem_euclid(7))?,
        yday: small(since_january)?,
        ..Tm::default()
    })
}

/// Returns the seconds since 1970 of a calendar date and time, or none when the result does not fit. Fields may be
/// outside their ranges ("the 40th of October").
#[must_use]
pub(super) fn to_unix(time: &Tm) -> Option<i64> {
    let months = i64::from(time.year).checked_mul(12)?.checked_add(i64::from(time.mon))?;
    let year = months.div_euclid(12).checked_add(1900)?;
    let month = months.rem_euclid(12).checked_add(1)?;
    let days = days_from_civil(year, month, 1)?.checked_add(i64::from(time.mday))?.checked_sub(1)?;
    let minutes = i64::from(time.hour).checked_mul(60)?.checked_add(i64::from(time.min))?;
    let seconds = minutes.checked_mul(60)?.checked_add(i64::from(time.sec))?;
    days.checked_mul(SECONDS_PER_DAY)?.checked_add(seconds)
}

/// Returns year, month (1 to 12) and day (1 to 31) of a number of days since 1970. Years start in March here, so that
/// the leap day is the last day of a year.
fn civil(days: i64) -> Option<(i64, i64, i64)> {
    let days = days.checked_add(DAYS_TO_1970)?;
    let era = days.div_euclid(DAYS_PER_ERA);
    let of_era = days.rem_euclid(DAYS_PER_ERA);
    // A leap day every 4 years, none every 100, one every 400.
    let leaps = (of_era / 1460).checked_sub(of_era / 36_524)?.checked_add(of_era / 146_096)?;
    let year_of_era = of_era.checked_sub(leaps)? / 365;
    let of_year = of_era.checked_sub(days_before(year_of_era)?)?;
    // Five consecutive months, counted from March, always have 153 days.
    let month = of_year.checked_mul(5)?.checked_add(2)? / 153;
    let day = of_year.checked_sub(month.checked_mul(153)?.checked_add(2)? / 5)?.checked_add(1)?;
    let january_or_february = month >= 10;
    let year = era.checked_mul(400)?.checked_add(year_of_era)?.checked_add(i64::from(january_or_february))?;
    let month = if january_or_february { month.checked_sub(9)? } else { month.checked_add(3)? };
    Some((year, month, day))
}

/// Returns the days since 1970 of a date; the month is 1 to 12.
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let january_or_february = month <= 2;
    let year = year.checked_sub(i64::from(january_or_february))?;
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month = if january_or_february { month.checked_add(9)? } else { month.checked_sub(3)? };
    let of_year = (month.checked_mul(153)?.checked_add(2)? / 5).checked_add(day)?.checked_sub(1)?;
    let of_era = days_before(year_of_era)?.checked_add(of_year)?;
    era.checked_mul(DAYS_PER_ERA)?.checked_add(of_era)?.checked_sub(DAYS_TO_1970)
}

/// Returns the days of an era before its year `year_of_era`.
fn days_before(year_of_era: i64) -> Option<i64> {
    let whole = year_of_era.checked_mul(365)?;
    whole.checked_add(year_of_era / 4)?.checked_sub(year_of_era / 100)
}

fn small(value: i64) -> Option<i32> {
    i32::try_from(value).ok()
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "an overflow fails the test")]
mod tests {
    use super::*;

    fn fields(time: Tm) -> [i32; 8] {
        [time.year + 1900, time.mon + 1, time.mday, time.hour, time.min, time.sec, time.wday, time.yday]
    }

    #[test]
    fn known_instants_have_their_dates() {
        for (seconds, expected) in [
            (0, [1970, 1, 1, 0, 0, 0, 4, 0]),
            (-1, [1969, 12, 31, 23, 59, 59, 3, 364]),
            (951_782_400, [2000, 2, 29, 0, 0, 0, 2, 59]),
            (1_709_251_199, [2024, 2, 29, 23, 59, 59, 4, 59]),
            (4_107_542_400, [2100, 3, 1, 0, 0, 0, 1, 59]),
            (253_402_300_799, [9999, 12, 31, 23, 59, 59, 5, 364]),
            (-62_135_596_800, [1, 1, 1, 0, 0, 0, 1, 0]),
            (-62_167_219_200, [0, 1, 1, 0, 0, 0, 6, 0]),
        ] {
            assert_eq!(fields(from_unix(seconds).unwrap()), expected, "{seconds}");
        }
    }

    #[test]
    fn every_day_of_a_thousand_years_follows_its_predecessor() {
        let mut previous: Option<Tm> = None;
        for day in -200_000..200_000_i64 {
            let now = from_unix(day * SECONDS_PER_DAY).unwrap();
            assert_eq!(to_unix(&now), Some(day * SECONDS_PER_DAY));
            if let Some(before) = previous {
                assert_eq!(now.wday, (before.wday + 1) % 7);
                if now.mday == 1 {
                    assert!((28..=31).contains(&before.mday));
                    assert_eq!(now.mon, (before.mon + 1) % 12);
                } else {
                    assert_eq!((now.mday, now.mon, now.year), (before.mday + 1, before.mon, before.year));
                }
                assert_eq!(now.yday, if now.mon == 0 && now.mday == 1 { 0 } else { before.yday + 1 });
            }
            previous = Some(now);
        }
    }

    #[test]
    fn fields_beyond_their_ranges_carry_over() {
        let october_40 = Tm { year: 120, mon: 9, mday: 40, ..Tm::default() };
        assert_eq!(fields(from_unix(to_unix(&october_40).unwrap()).unwrap())[..3], [2020, 11, 9]);
        let month_minus_1 = Tm { year: 120, mon: -1, mday: 1, hour: -1, ..Tm::default() };
        assert_eq!(fields(from_unix(to_unix(&month_minus_1).unwrap()).unwrap())[..4], [2019, 11, 30, 23]);
    }

    #[test]
    fn the_whole_range_of_both_types_is_answered() {
        for seconds in [i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX, 67_768_036_191_676_800] {
            assert_eq!(from_unix(seconds), None, "{seconds}");
        }
        let last = from_unix(67_768_036_191_676_799).unwrap();
        assert_eq!((last.year, last.mon, last.mday, last.sec), (i32::MAX, 11, 31, 59));
        let extreme = [i32::MIN, -1, 0, 1, i32::MAX];
        for year in extreme {
            for other in extreme {
                let time = Tm { year, mon: other, mday: other, hour: other, min: other, sec: other, ..Tm::default() };
                assert!(to_unix(&time).is_some(), "an i64 holds every i32 date");
            }
        }
    }
}
