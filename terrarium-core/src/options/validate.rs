//! The bounds of the options.

use std::{collections::BTreeSet, time::Duration};

use crate::{Error, Result, SandboxOptions, run};

/// The least memory in which the interpreter starts and can run code.
const MIN_MEMORY: u64 = 48 << 20;
/// The memory that 32-bit WebAssembly can address.
const MAX_MEMORY: u64 = 4 << 30;
/// The upper bound of every size: no stream, value or file needs more, and it limits what a result can cost the host.
const MAX_BYTES: u64 = 16 << 30;
/// The most environment variables.
const MAX_VARIABLES: usize = 4096;
/// The largest size of all environment variables, and of all arguments, as on Linux.
const MAX_STRINGS: usize = 2 << 20;
/// The most mounts.
const MAX_MOUNTS: usize = 64;
/// Folders in which nothing can be mounted.
const RESERVED: [&str; 4] = ["/lib", "/usr", "/dev", "/proc"];
/// The longest timeout; `None` expresses a longer one better.
const MAX_TIMEOUT: Duration = Duration::from_secs(366 * 24 * 3600);

impl SandboxOptions {
    /// Checks each option against its bounds.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] or [`Error::InvalidPath`] for the first option that is outside its bounds.
    ///
    /// ```
    /// assert!(terrarium_core::SandboxOptions::default().validate().is_ok());
    /// ```
    pub fn validate(&self) -> Result<()> {
        timeout("timeout", self.timeout)?;
        timeout("host_call_timeout", self.host_call_timeout)?;
        within("host_calls_in_flight", self.host_calls_in_flight.into(), 1, 256)?;
        within("host_call_bytes", self.host_call_bytes, 0, MAX_BYTES)?;
        self.functions.check()?;
        within("memory", self.memory, MIN_MEMORY, MAX_MEMORY)?;
        for (name, value) in [
            ("stream_bytes", self.stream_bytes),
            ("file_bytes", self.file_bytes),
            ("code_bytes", self.code_bytes),
            ("value_bytes", self.value_bytes),
            ("repr_bytes", self.repr_bytes),
        ] {
            within(name, value, 0, MAX_BYTES)?;
        }
        within("file_count", self.file_count, 16, 10_000_000)?;
        within("open_files", self.open_files.into(), 8, 65_536)?;
        if self.grace > Duration::from_secs(60) {
            return Err(invalid("grace", format!("{:?} is longer than 60 s", self.grace)));
        }
        if let Some(fixed) = self.deterministic
            && !(0.0..=253_402_300_799.0).contains(&fixed.time)
        {
            return Err(invalid(
                "deterministic",
                format!("time {} is not between the years 1970 and 9999", fixed.time),
            ));
        }
        if !self.home.starts_with('/') || self.home.len() < 2 {
            return Err(invalid("home", format!("{:?} is not an absolute path of a folder", self.home)));
        }
        mounts(self)?;
        environment(self.env.iter())?;
        arguments(&self.args)
    }
}

/// Checks the paths and the number of mounts.
fn mounts(options: &SandboxOptions) -> Result<()> {
    if options.mounts.len() > MAX_MOUNTS {
        return Err(invalid("mounts", format!("{} mounts are more than {MAX_MOUNTS}", options.mounts.len())));
    }
    let mut places = BTreeSet::new();
    for path in options.mounts.keys() {
        let place = run::existing(&options.home, path)?;
        let is_within = |folder: &str, place: &str| {
            place.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let refused = |reason: &str| Err(invalid("mounts", format!("{path:?} {reason}")));
        if let Some(folder) = RESERVED.iter().find(|folder| is_within(folder, &place)) {
            return refused(&format!("is in {folder}, which belongs to the interpreter: choose another path"));
        }
        if place != options.home && is_within(&place, &options.home) {
            return refused("contains the home folder: choose a path below it, or another one");
        }
        if !places.insert(place) {
            return refused("is the path of another mount too");
        }
    }
    Ok(())
}

/// Checks a timeout: zero would stop the code before it starts, and a huge timeout overflows the clock.
pub(crate) fn timeout(name: &'static str, value: Option<Duration>) -> Result<()> {
    match value {
        Some(d) if d.is_zero() => Err(invalid(name, "0 s leaves no time to run; use a positive number".into())),
        Some(d) if d > MAX_TIMEOUT => Err(invalid(name, format!("{d:?} is longer than a year; use none instead"))),
        _ => Ok(()),
    }
}

/// Checks names and values of environment variables: they are passed on as C strings.
///
/// The C library of the guest looks through all variables when it sets one, before the time of a run counts.
pub(crate) fn environment<'a>(env: impl ExactSizeIterator<Item = (&'a String, &'a String)>) -> Result<()> {
    if env.len() > MAX_VARIABLES {
        return Err(invalid("env", format!("{} variables are more than {MAX_VARIABLES}", env.len())));
    }
    let mut used = 0_usize;
    for (name, value) in env {
        used = used.saturating_add(name.len()).saturating_add(value.len());
        if used > MAX_STRINGS {
            return Err(invalid("env", format!("the variables are larger than {MAX_STRINGS} bytes: use files")));
        }
        if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
            return Err(invalid(
                "env",
                format!(
                    "{name:?}: a name must be non-empty and contain no `=`; neither name nor value may contain a NUL"
                ),
            ));
        }
    }
    Ok(())
}

/// Checks arguments: they are passed on as C strings.
pub(crate) fn arguments(args: &[String]) -> Result<()> {
    let used = args.iter().fold(0_usize, |used, arg| used.saturating_add(arg.len()).saturating_add(1));
    if used > MAX_STRINGS {
        return Err(invalid("args", format!("{used} bytes are more than {MAX_STRINGS}: use files")));
    }
    match args.iter().find(|arg| arg.contains('\0')) {
        Some(arg) => Err(invalid("args", format!("{arg:?} contains a NUL"))),
        None => Ok(()),
    }
}

fn within(name: &'static str, value: u64, least: u64, most: u64) -> Result<()> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(invalid(name, format!("{value} is not between {least} and {most}")))
}

pub(crate) fn invalid(name: &'static str, reason: String) -> Error {
    Error::option(name, reason)
}
