//! `METADATA`: the dependencies of a wheel.

use std::str::FromStr as _;

use pep508_rs::{MarkerEnvironment, MarkerEnvironmentBuilder, Requirement, VerbatimUrl};

use super::{WheelTarget, name::normalize};

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
        let requirement = Requirement::<VerbatimUrl>::from_str(value)
            .map_err(|error| format!("`Requires-Dist: {value}` cannot be read: {}", error.message))?;
        if requirement.evaluate_markers(&environment, &[]) {
            needed.push(normalize(requirement.name.as_ref()));
        }
    }
    Ok(needed)
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
    fn a_line_that_cannot_be_read_is_named() {
        let error = requirements("Requires-Dist: x >< 3\n", &target()).unwrap_err();
        assert!(error.contains("`Requires-Dist: x >< 3` cannot be read"), "{error}");
    }
}
