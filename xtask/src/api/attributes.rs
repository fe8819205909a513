//! Attributes of Rust items: names, documentation, serde's settings.

use quote::ToTokens as _;
use syn::{Attribute, Expr, ExprLit, Item, Lit, Meta, punctuated::Punctuated, token::Comma};

/// serde's settings of a container, a field or a variant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Serde {
    /// The explicit name in JSON.
    pub(super) rename: Option<String>,
    /// The case of all names.
    pub(super) rename_all: Option<String>,
    /// Whether JSON has no such member.
    pub(super) is_skipped: bool,
    /// The module of the conversion.
    pub(super) with: Option<String>,
    /// Whether it may be omitted.
    pub(super) has_default: bool,
}

/// Returns the settings in `#[serde(…)]`.
pub(super) fn serde(attributes: &[Attribute]) -> Serde {
    let mut serde = Serde::default();
    for meta in lists(attributes, "serde") {
        let value = || match &meta {
            Meta::NameValue(pair) => literal(&pair.value),
            _ => None,
        };
        let name = meta.path().get_ident().map(ToString::to_string).unwrap_or_default();
        match name.as_str() {
            "rename" => serde.rename = value(),
            "rename_all" => serde.rename_all = value(),
            "skip" => serde.is_skipped = true,
            "with" => serde.with = value(),
            "default" => serde.has_default = true,
            _ => {}
        }
    }
    serde
}

/// Returns the traits in `#[derive(…)]`.
pub(super) fn derives(attributes: &[Attribute]) -> Vec<String> {
    lists(attributes, "derive").map(|meta| compact(&meta.path().to_token_stream().to_string())).collect()
}

/// Whether an item is kept out of the documentation.
pub(super) fn is_hidden(attributes: &[Attribute]) -> bool {
    lists(attributes, "doc").any(|meta| meta.path().is_ident("hidden"))
}

/// Whether an item exists only in tests or without the engine.
pub(super) fn is_left_out(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).any(|attribute| {
        let condition = compact(&attribute.meta.to_token_stream().to_string());
        ["cfg(test)", "cfg(not(feature=\"runtime\"))"].contains(&condition.as_str())
    })
}

/// Returns the file that `#[path = "…"]` names for a module, with or without a condition.
pub(super) fn path(attributes: &[Attribute]) -> Option<String> {
    let conditional = lists(attributes, "cfg_attr").find_map(|meta| match meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => literal(&pair.value),
        _ => None,
    });
    texts(attributes, "path").next().or(conditional)
}

/// Returns the texts of all `#[name = "text"]`, in order.
pub(super) fn texts(attributes: &[Attribute], name: &str) -> impl Iterator<Item = String> {
    attributes.iter().filter(move |attribute| attribute.path().is_ident(name)).filter_map(|attribute| match &attribute
        .meta
    {
        Meta::NameValue(pair) => literal(&pair.value),
        _ => None,
    })
}

/// Returns an item's attributes.
pub(super) fn of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Returns an item's name, if it can be imported by name.
pub(super) fn name(item: &Item) -> Option<String> {
    Some(match item {
        Item::Const(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Static(item) => item.ident.to_string(),
        Item::Struct(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        _ => return None,
    })
}

/// Returns tokens without the spaces between them.
pub(super) fn compact(tokens: &str) -> String {
    tokens.split_whitespace().collect()
}

/// Returns the parts of `#[name(part, part)]`.
fn lists(attributes: &[Attribute], name: &str) -> impl Iterator<Item = Meta> {
    attributes.iter().filter(move |attribute| attribute.path().is_ident(name)).flat_map(|attribute| {
        attribute.parse_args_with(Punctuated::<Meta, Comma>::parse_terminated).into_iter().flatten()
    })
}

fn literal(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(text: &str) -> Item {
        syn::parse_str(text).unwrap()
    }

    #[test]
    fn serdes_settings_are_read_wherever_they_stand() {
        let item =
            item(r#"#[derive(Clone)] #[serde(default, rename_all = "snake_case")] #[serde(rename = "x")] struct S;"#);
        let expected = Serde {
            rename: Some("x".to_owned()),
            rename_all: Some("snake_case".to_owned()),
            has_default: true,
            ..Serde::default()
        };
        assert_eq!(serde(of(&item)), expected);
        assert_eq!(derives(of(&item)), ["Clone"]);
    }

    #[test]
    fn items_of_tests_and_hidden_ones_are_told_apart() {
        assert!(is_left_out(of(&item("#[cfg(test)] mod tests {}"))));
        assert!(is_left_out(of(&item("#[cfg(not(feature = \"runtime\"))] struct S;"))));
        assert!(!is_left_out(of(&item("#[cfg(feature = \"runtime\")] struct S;"))));
        assert!(is_hidden(of(&item("#[doc(hidden)] pub mod x {}"))));
        assert!(!is_hidden(of(&item("/// hidden\nstruct S;"))));
    }
}
