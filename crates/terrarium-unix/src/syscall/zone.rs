//! The local time zone: the calendar of an instant there, and the instant of a calendar time.

use std::sync::Arc;

use tz::{LocalTimeType, TimeZone};

use super::calendar;
use crate::abi::{Errno, Tm};
use crate::memory::GuestMemory;

/// The bytes of a zone's name in the C library, with the final NUL.
const NAME_BYTES: usize = 7;
/// The most bytes of a zone's rules: the largest file of the database has 4 KiB.
const RULES_BOUND: u32 = 64 << 10;
/// The header of a request: the form and the length of the rules.
const HEADER: u32 = 8;
/// The form of rules that are a TZif file.
const FORM_FILE: u32 = 1;
/// The form of rules that are POSIX text, as in `EST5EDT,M3.2.0,M11.1.0`.
const FORM_TEXT: u32 = 2;
/// The step and the number of steps of the search for daylight saving time next to an instant: a good year.
const NEAR_STEP: i64 = 7 * 86_400;
const NEAR_STEPS: i64 = 54;
/// The seconds of 400 years, after which the calendar repeats, and the distance from 1970 that the rules reach.
const CYCLE: i64 = 146_097 * 86_400;
const FAR: i64 = CYCLE * 20;

/// The zone of a process. UTC by default.
#[derive(Debug, Clone, Default)]
pub(super) struct Zone {
    rules: Option<Arc<TimeZone>>,
    /// The addresses of the C library's names of standard and daylight saving time; 0 before it has given them.
    pub(super) names: [u32; 2],
}

impl Zone {
    /// Reads a request to change the rules: the header, then the rules.
    ///
    /// # Errors
    /// `EINVAL` for rules that are not well-formed, `EFAULT` for addresses outside the memory.
    pub(super) fn change(&mut self, memory: &GuestMemory<'_>, address: u32) -> Result<(), Errno> {
        let (form, length) = (memory.read_u32(address)?, memory.read_u32(address.saturating_add(4))?);
        if length > RULES_BOUND {
            return Err(Errno::EINVAL);
        }
        let rules = memory.slice(address.checked_add(HEADER).ok_or(Errno::EFAULT)?, length)?;
        let rules = match form {
            FORM_FILE => TimeZone::from_tz_data(rules).map_err(|_| Errno::EINVAL)?,
            FORM_TEXT => {
                let text = str::from_utf8(rules).map_err(|_| Errno::EINVAL)?;
                // Without the folders of zones: the guest reads its own files.
                let settings = tz::TimeZoneSettings::new(&[], |_| Err("no files".into()));
                settings.parse_posix_tz(text).map_err(|_| Errno::EINVAL)?
            }
            _ => return Err(Errno::EINVAL),
        };
        self.rules = Some(Arc::new(rules));
        Ok(())
    }

    /// Returns the local calendar time, and puts its zone's name where the C library takes it from.
    pub(super) fn local(&self, memory: &mut GuestMemory<'_>, seconds: i64) -> Option<Tm> {
        let Some(kind) = self.kind(seconds) else { return calendar::from_unix(seconds) };
        let offset = kind.ut_offset();
        let mut time = calendar::from_unix(seconds.checked_add(offset.into())?)?;
        (time.isdst, time.gmtoff) = (kind.is_dst().into(), offset);
        let [standard, summer] = self.names;
        let mut name = [0; NAME_BYTES];
        for (to, from) in name.iter_mut().zip(kind.time_zone_designation().bytes().take(NAME_BYTES.saturating_sub(1))) {
            *to = from;
        }
        let place = if kind.is_dst() { summer } else { standard };
        if place != 0 {
            // An address outside the memory is the guest's own fault, and the call cannot report it.
            let _: Result<(), Errno> = memory.write(place, &name);
        }
        Some(time)
    }

    /// Returns the instant of a local time. As in other C libraries, the flag of the time chooses between two instants,
    /// a time that the clocks skip is moved by the skipped time, and a flag that does not hold moves the time too.
    pub(super) fn instant(&self, time: &Tm) -> Option<i64> {
        let naive = calendar::to_unix(time)?;
        if self.rules.is_none() {
            return Some(naive);
        }
        let wanted = (time.isdst >= 0).then_some(time.isdst > 0);
        let before = self.kind(naive.saturating_sub(86_400))?;
        let after = self.kind(naive.saturating_add(86_400))?;
        let mut valid = None;
        for kind in [before, after] {
            let instant = naive.checked_sub(kind.ut_offset().into())?;
            if self.kind(instant)?.ut_offset() == kind.ut_offset() {
                if wanted.is_none_or(|wanted| wanted == kind.is_dst()) {
                    return Some(instant);
                }
                valid = valid.or(Some(instant));
            }
        }
        let near = valid.unwrap_or(naive);
        let kind = match wanted {
            None => Some(before),
            Some(wanted) => self.nearest(near, wanted),
        };
        match (kind, valid) {
            (Some(kind), _) => naive.checked_sub(kind.ut_offset().into()),
            (None, Some(instant)) => Some(instant),
            (None, None) => naive.checked_sub(before.ut_offset().into()),
        }
    }

    /// Returns the kind of local time, with or without daylight saving, that holds next to an instant.
    fn nearest(&self, instant: i64, is_dst: bool) -> Option<&LocalTimeType> {
        (0..NEAR_STEPS).find_map(|step| {
            let distance = NEAR_STEP.saturating_mul(step);
            [instant.saturating_sub(distance), instant.saturating_add(distance)]
                .into_iter()
                .find_map(|place| self.kind(place).filter(|kind| kind.is_dst() == is_dst))
        })
    }

    /// Returns the kind of local time at an instant. Instants beyond the years of the rules have the kind of the same
    /// day 400 years nearer, or many times that: the calendar repeats.
    fn kind(&self, seconds: i64) -> Option<&LocalTimeType> {
        let rules = self.rules.as_ref()?;
        let nearer = if seconds > FAR { seconds.rem_euclid(CYCLE).saturating_add(CYCLE) } else { seconds };
        rules.find_local_time_type(nearer.max(-FAR)).ok()
    }
}
