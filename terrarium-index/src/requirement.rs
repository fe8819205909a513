//! [`Requirement`]: one requirement in the form of PEP 508.

use std::{fmt, panic::catch_unwind, str::FromStr};

use pep440_rs::VersionSpecifiers;
use pep508_rs::{ExtraName, MarkerTree, PackageName, VerbatimUrl, VersionOrUrl};

use crate::{Error, Target};

/// The longest requirement. The longest ones in use have some hundred bytes.
const MAX_BYTES: usize = 8 << 10;
/// The deepest nesting of parentheses in it: the parser of markers calls itself for each.
const MAX_NESTING: usize = 32;
/// The most operators in it: the form of a marker in memory may grow with the square of their number.
const MAX_OPERATORS: usize = 100;

/// A requirement: a name, and the versions, extras and markers that go with it.
///
/// ```
/// use terrarium_index::Requirement;
///
/// let requirement: Requirement = "Uvicorn[standard] >=0.30,<1 ; python_version >= '3.9'".parse()?;
/// assert_eq!(requirement.name().as_ref(), "uvicorn");
/// assert_eq!(requirement.to_string(), "uvicorn[standard]>=0.30,<1");
/// # Ok::<(), terrarium_index::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    name: PackageName,
    extras: Vec<ExtraName>,
    specifiers: VersionSpecifiers,
    marker: MarkerTree,
    address: Option<String>,
}

impl Requirement {
    /// Returns the normalized name of the package.
    #[must_use]
    pub fn name(&self) -> &PackageName {
        &self.name
    }

    /// Returns the requested extras.
    #[must_use]
    pub fn extras(&self) -> &[ExtraName] {
        &self.extras
    }

    /// Returns the permitted versions.
    #[must_use]
    pub fn specifiers(&self) -> &VersionSpecifiers {
        &self.specifiers
    }

    /// Returns the address after `@`. It is kept as text, and never fetched.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }

    /// Whether the requirement counts for the target, with these extras of the package that has the requirement.
    #[must_use]
    pub fn applies(&self, target: &Target, extras: &[ExtraName]) -> bool {
        self.marker.evaluate(target.environment(), extras)
    }

    /// Whether the marker depends on the extras, and holds with this one.
    pub(crate) fn belongs_to(&self, target: &Target, extra: &ExtraName) -> bool {
        !self.applies(target, &[]) && self.applies(target, std::slice::from_ref(extra))
    }

    /// Returns the marker's text.
    #[must_use]
    pub fn marker(&self) -> Option<String> {
        self.marker.try_to_string()
    }
}

impl FromStr for Requirement {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        parse(text.trim()).map_err(|reason| Error::requirement(text.trim(), reason))
    }
}

impl fmt::Display for Requirement {
    /// Writes the requirement without its marker.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if !self.extras.is_empty() {
            let extras: Vec<&str> = self.extras.iter().map(AsRef::as_ref).collect();
            write!(f, "[{}]", extras.join(","))?;
        }
        if let Some(address) = &self.address {
            return write!(f, " @ {address}");
        }
        let specifiers: Vec<String> = self.specifiers.iter().map(ToString::to_string).collect();
        f.write_str(&specifiers.join(","))
    }
}

fn parse(text: &str) -> Result<Requirement, String> {
    bounded(text)?;
    if text.starts_with(['.', '/', '~']) || text.ends_with(".whl") && !text.contains('@') {
        return Err("packages are taken from an index by name, not from a file".to_owned());
    }
    // The parser panics on some invalid names, so they are checked first.
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c))).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let (extras, rest) = match rest.trim_start().strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((extras, rest)) => (extras, rest),
        None => ("", rest),
    };
    let named = extras.split(',').map(str::trim).filter(|extra| !extra.is_empty());
    if let Some(wrong) = std::iter::once(name).chain(named).find(|name| !is_name(name)) {
        return Err(format!("{wrong:?} is not a name"));
    }
    // The parser would replace variables of the environment in an address, so it does not receive any.
    let (address, without) = match rest.trim_start().strip_prefix('@') {
        Some(rest) => {
            let (address, marker) = rest.split_once(" ;").map_or((rest, None), |(a, marker)| (a, Some(marker)));
            let marker = marker.map_or_else(String::new, |marker| format!(" ;{marker}"));
            let extras = if extras.is_empty() { String::new() } else { format!("[{extras}]") };
            (Some(address.trim().to_owned()), Some(format!("{name}{extras}{marker}")))
        }
        None => (None, None),
    };
    let text = without.as_deref().unwrap_or(text);
    // The parser is not made for hostile input: if it fails, the requirement does, and not the process.
    let parsed = catch_unwind(|| pep508_rs::Requirement::<VerbatimUrl>::from_str(text))
        .map_err(|_| "the parser failed".to_owned())?
        .map_err(|error| error.message.to_string())?;
    let specifiers = match parsed.version_or_url {
        None => VersionSpecifiers::empty(),
        Some(VersionOrUrl::VersionSpecifier(specifiers)) => specifiers,
        Some(VersionOrUrl::Url(_)) => return Err("an address needs a name in front: `name @ address`".to_owned()),
    };
    let (name, extras, marker) = (parsed.name, parsed.extras, parsed.marker);
    Ok(Requirement { name, extras, specifiers, marker, address })
}

/// Whether a text is the name of a package or of an extra: letters and digits, with separators between them.
pub(crate) fn is_name(text: &str) -> bool {
    let is_end = |c: char| c.is_ascii_alphanumeric();
    text.starts_with(is_end) && text.ends_with(is_end) && text.chars().all(|c| is_end(c) || "._-".contains(c))
}

/// Parses the name of a package.
pub(crate) fn package_name(text: &str) -> Option<PackageName> {
    is_name(text).then(|| PackageName::new(text.to_owned()).ok())?
}

/// Parses a marker.
pub(crate) fn marker(text: &str) -> Result<MarkerTree, String> {
    bounded(text)?;
    let parsed = catch_unwind(|| MarkerTree::parse_str::<VerbatimUrl>(text));
    parsed.map_err(|_| "the parser failed".to_owned())?.map_err(|error| error.message.to_string())
}

/// Parses specifiers of versions.
pub(crate) fn specifiers(text: &str) -> Result<VersionSpecifiers, String> {
    bounded(text)?;
    let parsed = catch_unwind(|| VersionSpecifiers::from_str(text));
    parsed.map_err(|_| "the parser failed".to_owned())?.map_err(|error| error.to_string())
}

/// Checks that a requirement can be parsed with little memory, time and stack.
fn bounded(text: &str) -> Result<(), String> {
    if text.len() > MAX_BYTES {
        return Err(format!("it has {} bytes, the limit is {MAX_BYTES}", text.len()));
    }
    let (mut depth, mut deepest) = (0_usize, 0);
    for character in text.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    if deepest > MAX_NESTING {
        return Err(format!("it is nested {deepest} deep, the limit is {MAX_NESTING}"));
    }
    let operators = text.split([' ', '\t', '(', ')', '"', '\'']).filter(|word| matches!(*word, "and" | "or")).count();
    if operators > MAX_OPERATORS {
        return Err(format!("it has {operators} operators, the limit is {MAX_OPERATORS}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::guest;

    fn parsed(text: &str) -> Requirement {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn markers_are_those_of_the_guest() {
        let extra: ExtraName = "Test_All".parse().unwrap();
        for (text, without, with) in [
            ("a", true, true),
            ("a; sys_platform == 'emscripten'", true, true),
            ("a; platform_system=='Emscripten' and platform_machine=='wasm32' and os_name=='posix'", true, true),
            ("a; python_version >= '3.14' and python_full_version < '3.15'", true, true),
            ("a; sys_platform == 'linux' or platform_python_implementation == 'PyPy'", false, false),
            ("a; extra == 'test-all'", false, true),
            ("a; extra == 'other'", false, false),
        ] {
            let requirement = parsed(text);
            assert_eq!(requirement.applies(&guest(), &[]), without, "{text}");
            assert_eq!(requirement.applies(&guest(), std::slice::from_ref(&extra)), with, "{text}");
            assert_eq!(requirement.belongs_to(&guest(), &extra), with && !without, "{text}");
        }
    }

    #[test]
    fn a_requirement_is_written_with_its_normal_name() {
        for (text, expected) in [
            ("Foo_Bar", "foo-bar"),
            ("a.b (>=2)", "a-b>=2"),
            ("z[ B_c , d ]~=1.0", "z[b-c,d]~=1.0"),
            ("x[y] @ https://example.com/${HOME}/x.whl ; os_name == 'nt'", "x[y] @ https://example.com/${HOME}/x.whl"),
        ] {
            assert_eq!(parsed(text).to_string(), expected);
        }
    }

    #[test]
    fn a_requirement_that_cannot_be_read_is_named() {
        for text in [
            "x >< 3",
            "-x",
            "x.",
            "x. ; os_name == 'nt'",
            "x[a.]",
            "x[-]",
            "(",
            "",
            "https://e.com/a.whl",
            "./a",
            "x=1",
        ] {
            let error = text.parse::<Requirement>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("requirement {text:?}: ")), "{error}");
        }
    }

    #[test]
    fn a_requirement_beyond_its_bounds_is_refused_before_it_is_parsed() {
        let nested = |depth: usize| format!("x ; {}python_version >= '3.8'{}", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(parsed(&nested(MAX_NESTING)).to_string(), "x");
        for depth in [MAX_NESTING + 1, 1000, 3_000_000] {
            let error = nested(depth).parse::<Requirement>().unwrap_err().to_string();
            assert!(error.contains("the limit is") && error.len() < 500, "{error}");
        }
    }
}
