//! Names and sentences in the form of each language.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::api::{Crate, Field, Kind, Span, Type, render};

/// The structs of options.
pub(super) struct Options {
    pub(super) sandbox: Type,
    pub(super) execute: Type,
    pub(super) image: Type,
    pub(super) deterministic: Type,
    pub(super) mount: Type,
}

impl Options {
    /// Reads the options of terrarium-core, and checks their defaults.
    pub(super) fn of(source: &Crate) -> Result<Self> {
        let options = |name| Type::options(source, name);
        Ok(Self {
            sandbox: options("SandboxOptions")?,
            execute: options("ExecuteOptions")?,
            image: options("ImageOptions")?,
            deterministic: options("Deterministic")?,
            mount: options("Mount")?,
        })
    }
}

/// The quantity that a number of an option counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Bytes,
}

/// Returns the unit of a field; the units of defaults identify sizes.
pub(super) fn unit(field: &Field) -> Option<Unit> {
    let default = field.docs.default().unwrap_or_default();
    match bare(&field.kind) {
        Kind::Duration => Some(Unit::Seconds),
        Kind::Integer if ["KiB", "MiB", "GiB"].iter().any(|unit| default.contains(unit)) => Some(Unit::Bytes),
        _ => None,
    }
}

/// Returns the kind without `Option`.
pub(super) fn bare(kind: &Kind) -> &Kind {
    match kind {
        Kind::Optional(inner) => inner,
        kind => kind,
    }
}

/// Returns a field's whole text: meaning, unit, default.
pub(super) fn text(field: &Field, units: &dyn Fn(Unit) -> &'static str) -> String {
    let mut text = field.docs.meaning();
    if let Some(unit) = unit(field) {
        text += units(unit);
    }
    if let Some(default) = field.docs.default() {
        text += &format!(" Default: {default}.");
    }
    text
}

/// Returns the type and the member that a link's target names: `crate::SandboxOptions::home` is `SandboxOptions` and
/// `home`.
pub(super) fn target(path: &str) -> (&str, Option<&str>) {
    let mut parts = path.rsplit("::");
    let last = parts.next().unwrap_or(path);
    match parts.next().filter(|before| before.starts_with(char::is_uppercase)) {
        Some(before) => (before, Some(last)),
        None => (last, None),
    }
}

/// `file_bytes` becomes `fileBytes`.
pub(super) fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut camel, part| {
        let mut letters = part.chars();
        camel.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        camel + letters.as_str()
    })
}

/// `file_bytes` becomes `file-bytes`.
pub(super) fn kebab(name: &str) -> String {
    name.replace('_', "-")
}

/// Returns the text for Python's documentation: a link becomes a name in code.
pub(super) fn python(text: &str) -> String {
    render(text, &|span| match span {
        Span::Code(code) => format!("`{code}`"),
        Span::Link(_, path) => match target(path) {
            ("Packages", Some("Auto")) => "`\"auto\"`".to_owned(),
            ("Install", Some("Local")) => "`\"local\"`".to_owned(),
            (of, Some(member)) => format!("`{of}.{member}`"),
            (of, None) => format!("`{of}`"),
        },
    })
}

/// Returns the text for JavaScript's documentation: names of `members` in camel case, links to `types`.
pub(super) fn javascript(text: &str, types: &[&str], members: &BTreeSet<String>) -> String {
    render(text, &|span| match span {
        Span::Code("None") => "`null`".to_owned(),
        Span::Code(code) if members.contains(code) => format!("`{}`", camel(code)),
        Span::Code(code) => format!("`{code}`"),
        Span::Link(_, path) => match target(path) {
            ("Packages", Some("Auto")) => "`'auto'`".to_owned(),
            ("Install", Some("Local")) => "`'local'`".to_owned(),
            (of, Some(member)) if types.contains(&of) => format!("{{@link {of}.{}}}", camel(member)),
            (of, None) if types.contains(&of) => format!("{{@link {of}}}"),
            (of, Some(member)) => format!("`{of}.{}`", camel(member)),
            (of, None) => format!("`{of}`"),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_the_case_of_their_language() {
        assert_eq!(camel("untrusted_libraries"), "untrustedLibraries");
        assert_eq!(camel("home"), "home");
        assert_eq!(kebab("file_bytes"), "file-bytes");
    }

    #[test]
    fn links_become_what_the_language_has() {
        let text =
            "See [`A`](crate::Types::long_name), [`B::c_d`](crate::B::c_d), [`Packages::Auto`], `long_name`, `None`.";
        let members = BTreeSet::from(["long_name".to_owned()]);
        assert_eq!(
            javascript(text, &["Types"], &members),
            "See {@link Types.longName}, `B.cD`, `'auto'`, `longName`, `null`."
        );
        assert_eq!(python(text), "See `Types.long_name`, `B.c_d`, `\"auto\"`, `long_name`, `None`.");
    }
}
