//! Specifiers of versions as sets (PEP 440).
//!
//! The conversions of the crate that parses specifiers treat local versions and some pre-releases differently from pip, so
//! the sets are made here. `tests/specifiers.txt` has what pip's library answers.

use pep440_rs::{Operator, Version, VersionSpecifier, VersionSpecifiers};
use pubgrub::Ranges;

/// A set of versions.
pub(crate) type Set = Ranges<Version>;

/// Returns the versions that all specifiers permit.
pub(crate) fn of_specifiers(specifiers: &VersionSpecifiers) -> Set {
    specifiers.iter().fold(Set::full(), |set, specifier| set.intersection(&of_specifier(specifier)))
}

fn of_specifier(specifier: &VersionSpecifier) -> Set {
    let version = specifier.version();
    match specifier.operator() {
        Operator::Equal | Operator::ExactEqual => equal(version),
        Operator::NotEqual => equal(version).complement(),
        Operator::EqualStar => prefix(version),
        Operator::NotEqualStar => prefix(version).complement(),
        Operator::TildeEqual => {
            let release = version.release();
            let parent = Version::new(&release[..release.len().saturating_sub(1).max(1)]).with_epoch(version.epoch());
            Set::higher_than(version.clone()).intersection(&prefix(&parent))
        }
        Operator::GreaterThanEqual => Set::higher_than(version.clone()),
        // Local versions of the bound belong to it.
        Operator::LessThanEqual => Set::strictly_lower_than(after(version)),
        Operator::LessThan => less(version),
        Operator::GreaterThan => greater(version),
    }
}

/// A version, with its local versions unless it is one.
fn equal(version: &Version) -> Set {
    match version.is_local() {
        true => Set::singleton(version.clone()),
        false => Set::between(version.clone(), after(version)),
    }
}

/// All versions whose release starts with that of `version`.
fn prefix(version: &Version) -> Set {
    let low = Version::new(version.release()).with_epoch(version.epoch());
    let mut release = low.release().to_vec();
    if let Some(last) = release.last_mut() {
        *last = last.saturating_add(1);
    }
    let high = low.clone().with_release(release);
    Set::between(low.with_dev(Some(0)), high.with_dev(Some(0)))
}

/// Returns the first version after a version and its local versions.
fn after(version: &Version) -> Version {
    let plain = version.clone().without_local();
    if let Some(dev) = plain.dev() {
        plain.with_dev(Some(dev.saturating_add(1)))
    } else if let Some(post) = plain.post() {
        plain.with_post(Some(post.saturating_add(1))).with_dev(Some(0))
    } else {
        plain.with_post(Some(0)).with_dev(Some(0))
    }
}

/// `<`: without pre-releases of the bound, unless it is one.
fn less(version: &Version) -> Set {
    match version.any_prerelease() {
        true => Set::strictly_lower_than(version.clone()),
        false => Set::strictly_lower_than(version.clone().without_local().with_dev(Some(0))),
    }
}

/// `>`: without post-releases and local versions of the bound, unless it is a pre-release or post-release.
fn greater(version: &Version) -> Set {
    match version.any_prerelease() || version.is_post() {
        true => Set::higher_than(after(version)),
        false => Set::strictly_higher_than(version.clone().without_local().with_max(Some(0))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of `specifier version yes|no`, written by pip's library.
    const ANSWERS: &str = include_str!("../../tests/specifiers.txt");

    #[test]
    fn specifiers_permit_what_pip_permits() {
        let (mut count, mut wrong) = (0, Vec::new());
        for line in ANSWERS.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let [specifier, version, expected] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
            let set = of_specifiers(&specifier.parse().unwrap());
            let found = set.contains(&version.parse().unwrap());
            if found != (expected == "yes") {
                wrong.push(line);
            }
            count += 1;
        }
        assert_eq!(wrong, [""; 0]);
        assert!(count > 1000, "{count}");
    }
}
