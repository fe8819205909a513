//! A profile of calls: the targets of the busy calls through the table, as a text file.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::call_sites::CallSite;
use super::count_calls::CallCount;

/// The most slots per site.
const MAX_SLOTS: usize = 10;

/// The slots that sites call most, for the sites of one module that are worth a direct call.
///
/// As text it has a line `module` with the module's hash, then a line for each site: the function's index, the number
/// of the call in it, and the slots. Lines that start with `#` are comments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallProfile {
    /// The hash of the module that was trained, as its toolchain wrote it: SHA-256 in hexadecimal.
    pub module: String,
    /// The slots that most calls of a site reach, the busiest first.
    pub slots: BTreeMap<CallSite, Vec<u32>>,
}

impl CallProfile {
    /// Makes a profile from the counts of programs, all of which weigh the same. It contains every slot of a site that
    /// has at least the share `of_all` of all calls and the share `of_site` of the calls of its site.
    pub fn choose(module: String, programs: &[Vec<CallCount>], of_all: f64, of_site: f64) -> Self {
        let mut sites: BTreeMap<CallSite, Weight> = BTreeMap::new();
        for counts in programs {
            let all = counts.iter().map(|count| count.calls).sum::<u64>() as f64 * programs.len() as f64;
            for count in counts.iter().filter(|count| count.calls > 0) {
                let weight = sites.entry(count.site).or_default();
                weight.calls += count.calls as f64 / all;
                for (slot, met) in &count.slots {
                    *weight.slots.entry(*slot).or_default() += *met as f64 / all;
                }
            }
        }
        let mut slots = BTreeMap::new();
        for (site, weight) in sites {
            let least = of_all.max(of_site * weight.calls);
            let mut busy: Vec<(u32, f64)> = weight.slots.into_iter().filter(|(_, met)| *met >= least).collect();
            busy.sort_by(|(_, a), (_, b)| b.total_cmp(a));
            busy.truncate(MAX_SLOTS);
            if !busy.is_empty() {
                slots.insert(site, busy.into_iter().map(|(slot, _)| slot).collect());
            }
        }
        Self { module, slots }
    }
}

/// The activity of a site, as a share of all calls.
#[derive(Default)]
struct Weight {
    calls: f64,
    /// The share of each slot.
    slots: BTreeMap<u32, f64>,
}

impl fmt::Display for CallProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "module {}", self.module)?;
        for (CallSite { function, call }, slots) in &self.slots {
            write!(f, "{function} {call}")?;
            for slot in slots {
                write!(f, " {slot}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

impl FromStr for CallProfile {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Self, ProfileError> {
        let mut profile = Self::default();
        let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
        for (number, line) in lines {
            let fault = || ProfileError { line: number + 1, text: line.to_owned() };
            let words: Vec<&str> = line.split(' ').collect();
            match *words {
                ["module", hash] if profile.module.is_empty() => hash.clone_into(&mut profile.module),
                [function, call, ref slots @ ..] if !slots.is_empty() && !profile.module.is_empty() => {
                    let number = |word: &str| word.parse::<u32>().map_err(|_| fault());
                    let site = CallSite { function: number(function)?, call: number(call)? };
                    let slots = slots.iter().map(|slot| number(slot)).collect::<Result<_, _>>()?;
                    if profile.slots.insert(site, slots).is_some() {
                        return Err(fault());
                    }
                }
                _ => return Err(fault()),
            }
        }
        Ok(profile)
    }
}

/// An invalid line of a profile.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line} of the profile is not a module's hash followed by sites, each once: function, call, slots: `{text}`"
)]
pub struct ProfileError {
    line: usize,
    text: String,
}
