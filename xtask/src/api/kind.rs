//! The types of fields, without details that the languages do not share.

use anyhow::{Result, bail};
use quote::ToTokens as _;
use syn::{GenericArgument, PathArguments};

use super::attributes::compact;

/// A field's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Integer,
    Float,
    /// Seconds in JSON.
    Duration,
    Text,
    Path,
    /// A file's content.
    Bytes,
    /// Any value of the guest.
    Value,
    /// Any JSON value.
    Json,
    Optional(Box<Kind>),
    List(Box<Kind>),
    /// A map by name.
    Map(Box<Kind>),
    /// Another type of the crate.
    Named(String),
}

impl Kind {
    /// Returns the kind of a Rust type.
    pub(super) fn of(kind: &syn::Type) -> Result<Self> {
        let unknown = || anyhow::anyhow!("no kind for the type `{}`", compact(&kind.to_token_stream().to_string()));
        let path = match kind {
            syn::Type::Reference(reference) => return Self::of(&reference.elem),
            syn::Type::Path(path) => &path.path,
            _ => return Err(unknown()),
        };
        let Some(last) = path.segments.last() else { bail!(unknown()) };
        let inner: Vec<&syn::Type> = match &last.arguments {
            PathArguments::AngleBracketed(list) => list
                .args
                .iter()
                .filter_map(|argument| match argument {
                    GenericArgument::Type(kind) => Some(kind),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        let is_of_json = path.segments.first().is_some_and(|first| first.ident == "serde_json");
        Ok(match (last.ident.to_string().as_str(), &inner[..]) {
            ("bool", []) => Self::Bool,
            ("u8" | "u16" | "u32" | "i32" | "u64" | "i64" | "usize", []) => Self::Integer,
            ("f64", []) => Self::Float,
            ("Duration", []) => Self::Duration,
            ("String" | "str", []) => Self::Text,
            ("PathBuf" | "Path", []) => Self::Path,
            ("Bytes", []) => Self::Bytes,
            ("Value", []) if is_of_json => Self::Json,
            ("Value", []) => Self::Value,
            ("Option", [inner]) => Self::Optional(Box::new(Self::of(inner)?)),
            ("Box" | "Arc", [inner]) => Self::of(inner)?,
            ("Vec", [inner]) => Self::List(Box::new(Self::of(inner)?)),
            ("BTreeMap", [name, inner]) if Self::of(name)? == Self::Text => Self::Map(Box::new(Self::of(inner)?)),
            (name, []) => Self::Named(name.to_owned()),
            _ => bail!(unknown()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Result<Kind> {
        Kind::of(&syn::parse_str(text).unwrap())
    }

    #[test]
    fn the_types_of_fields_have_their_kinds() {
        let text = || Box::new(Kind::Text);
        for (rust, expected) in [
            ("Option<Vec<String>>", Kind::Optional(Box::new(Kind::List(text())))),
            ("std::collections::BTreeMap<String, String>", Kind::Map(text())),
            ("serde_json::Value", Kind::Json),
            ("Value", Kind::Value),
            ("&'a str", Kind::Text),
            ("Box<Frame>", Kind::Named("Frame".to_owned())),
        ] {
            assert_eq!(kind(rust).unwrap(), expected, "{rust}");
        }
    }

    #[test]
    fn a_type_that_no_language_shares_is_an_error_with_its_name() {
        for rust in ["BTreeMap<u64, String>", "(u8, u8)", "HashMap<String, String>", "[u8; 4]"] {
            let error = kind(rust).unwrap_err().to_string();
            assert!(error.contains(&compact(rust)), "{error}");
        }
    }
}
