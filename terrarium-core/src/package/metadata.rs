//! `METADATA`: the dependencies of a wheel.

use std::{panic::catch_unwind, str::FromStr as _};

use pep508_rs::{MarkerEnvironment, MarkerEnvironmentBuilder, Requirement, VerbatimUrl};

use super::{WheelTarget, name::normalize};

/// The longest value of `Requires-Dist`. The longest ones in use have some hundred bytes.
const MAX_REQUIREMENT: usize = 8 << 10;
/// The deepest nesting of parentheses in it: the parser of markers calls itself for each.
const MAX_NESTING: usize = 32;
/// The most operators in it: the form of a marker in memory may grow with the square of their number.
const MAX_OPERATORS: usize = 100;
/// The most dependencies of a package.
const MAX_REQUIREMENTS: usize = 10_000;

/// Returns the normalized names of the packages that a package with this `METADATA` requires in the guest, without
/// optional ones (extras).
///
/// # Errors
/// A text that names the invalid line.
pub(super) fn requirements(metadata: &str, target: &WheelTarget) -> Result<Vec<String>, String> {
    let environment = environment(target)?;
    let mut needed = Vec::new();
    // The headers end with the first empty line; the description follows.
    for line in metadata.lines().take_while(|line| !line.is_empty()) {
        let Some(value) = header(line, "Requires-Dist") else {
            continue;
        };
        bounded(value)?;
        if needed.len() >= MAX_REQUIREMENTS {
            return Err(format!("more than {MAX_REQUIREMENTS} packages are required"));
        }
        let requirement =
            parse(value).map_err(|reason| format!("`Requires-Dist: {value}` cannot be read: {reason}"))?;
        if requirement.evaluate_markers(&environment, &[]) {
            needed.push(normalize(requirement.name.as_ref()));
        }
    }
    Ok(needed)
}

/// Parses a requirement.
fn parse(value: &str) -> Result<Requirement<VerbatimUrl>, String> {
    // The parser panics on some invalid names, so they are checked first.
    let end = value.find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c))).unwrap_or(value.len());
    let (name, rest) = value.split_at(end);
    let (extras, rest) = match rest.trim_start().strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((extras, rest)) => (extras, rest),
        None => ("", rest),
    };
    let extras = extras.split(',').map(str::trim).filter(|extra| !extra.is_empty());
    if let Some(wrong) = std::iter::once(name).chain(extras).find(|name| !is_name(name)) {
        return Err(format!("{wrong:?} is not a name"));
    }
    // An address is nothing that a sandbox fetches, and is not read: only the name and the marker count.
    let without_address = rest.trim_start().starts_with('@').then(|| match rest.split_once(" ;") {
        Some((_, marker)) => format!("{name} ;{marker}"),
        None => name.to_owned(),
    });
    let text = without_address.as_deref().unwrap_or(value);
    // The parser is not made for hostile input: if it fails, the wheel does, and not the process.
    match catch_unwind(|| Requirement::from_str(text)) {
        Ok(parsed) => parsed.map_err(|error| error.message.to_string()),
        Err(_) => Err("the parser failed".to_owned()),
    }
}

/// Whether a text is the name of a package or of an extra: letters and digits, with separators between them.
fn is_name(text: &str) -> bool {
    let is_end = |c: char| c.is_ascii_alphanumeric();
    text.starts_with(is_end) && text.ends_with(is_end) && text.chars().all(|c| is_end(c) || "._-".contains(c))
}

/// Checks that a requirement can be parsed with little memory, time and stack.
fn bounded(value: &str) -> Result<(), String> {
    let start: String = value.chars().take(60).collect();
    let refused = |reason: String| Err(format!("`Requires-Dist: {start}…` {reason}"));
    if value.len() > MAX_REQUIREMENT {
        return refused(format!("has {} bytes, the limit is {MAX_REQUIREMENT}", value.len()));
    }
    let (mut depth, mut deepest) = (0_usize, 0);
    for character in value.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    if deepest > MAX_NESTING {
        return refused(format!("is nested {deepest} deep, the limit is {MAX_NESTING}"));
    }
    let operators = value.split([' ', '\t', '(', ')', '"', '\'']).filter(|word| matches!(*word, "and" | "or")).count();
    match operators > MAX_OPERATORS {
        true => refused(format!("has {operators} operators, the limit is {MAX_OPERATORS}")),
        false => Ok(()),
    }
}

fn header<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let (found, value) = line.split_once(':')?;
    found.eq_ignore_ascii_case(name).then(|| value.trim())
}

/// Returns the values of the guest's environment markers.
fn environment(target: &WheelTarget) -> Result<MarkerEnvironment, String> {
    let short = format!("{}.{}", target.python.0, target.python.1);
    MarkerEnvironment::try_from(MarkerEnvironmentBuilder {
        implementation_name: "cpython",
        implementation_version: &target.full,
        os_name: "posix",
        platform_machine: "wasm32",
        platform_python_implementation: "CPython",
        platform_release: "",
        platform_system: "Emscripten",
        platform_version: "",
        python_full_version: &target.full,
        python_version: &short,
        sys_platform: "emscripten",
    })
    .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::tags::target;

    #[test]
    fn what_this_guest_needs_is_taken_and_the_rest_is_not() {
        let metadata = "Metadata-Version: 2.1\nName: x\nRequires-Dist: Foo_Bar>=1.0\nrequires-dist: a.b (>=2)\n\
             Requires-Dist: old; python_version < \"3.8\"\nRequires-Dist: win; sys_platform == 'win32'\n\
             Requires-Dist: new ; python_version >= \"3.10\" and platform_system == 'Emscripten'\n\
             Requires-Dist: test ; extra == 'test'\nRequires-Dist: z[extra]~=1.0\n\nRequires-Dist: prose\n";
        assert_eq!(requirements(metadata, &target()).unwrap(), ["foo-bar", "a-b", "new", "z"]);
    }

    #[test]
    fn a_requirement_beyond_its_bounds_is_refused_before_it_is_parsed() {
        let nested = |depth: usize| {
            let (open, close) = ("(".repeat(depth), ")".repeat(depth));
            format!("Requires-Dist: x ; {open}python_version >= '3.8'{close}\n")
        };
        assert_eq!(requirements(&nested(MAX_NESTING), &target()).unwrap(), ["x"]);
        for depth in [MAX_NESTING + 1, 1000, 3_000_000] {
            let error = requirements(&nested(depth), &target()).unwrap_err();
            assert!(error.contains("the limit is") && error.len() < 500, "{error}");
        }
        let many = |count: usize| {
            let terms: Vec<String> = (0..count).map(|n| format!("extra == 'e{n}'")).collect();
            format!("Requires-Dist: x ; {}\n", terms.join(" or "))
        };
        assert!(requirements(&many(MAX_OPERATORS), &target()).is_ok());
        assert!(requirements(&many(300), &target()).unwrap_err().contains("operators"));
        let all = "Requires-Dist: x\n".repeat(MAX_REQUIREMENTS + 1);
        assert!(requirements(&all, &target()).unwrap_err().contains("more than 10000"));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        for line in ["x >< 3", "-x", "x.", "x. ; os_name == 'nt'", "x[a.]", "x[-]; os_name == 'nt'", "("] {
            let error = requirements(&format!("Requires-Dist: {line}\n"), &target()).unwrap_err();
            assert!(error.contains(&format!("`Requires-Dist: {line}` cannot be read")), "{error}");
        }
    }

    #[test]
    fn an_address_is_not_read() {
        let metadata = "Requires-Dist: x @ https://example.com/x.whl ; python_version > '3'\n\
             Requires-Dist: y[z]@file:///y\nRequires-Dist: w @ ${HOME}/x ; os_name == 'nt'\n";
        assert_eq!(requirements(metadata, &target()).unwrap(), ["x", "y"]);
    }
}
