//! The public API as text: every exported item with its public methods and traits, without bodies and documentation.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use quote::ToTokens as _;
use syn::{Attribute, File, ImplItem, Item, ItemImpl, Visibility, parse_quote};

use super::{
    Crate, attributes,
    tree::{Found, ModulePath, parts},
};

/// Attributes that are part of the API.
const KEPT: &[&str] = &["non_exhaustive", "must_use", "deprecated"];

/// The meaning of a name.
enum Exported<'a> {
    Own(Found<'a>),
    /// An item of another crate, by its path.
    Other(String),
}

impl<'a> Exported<'a> {
    fn own(&self) -> Option<Found<'a>> {
        match self {
            Self::Own(found) => Some(*found),
            Self::Other(_) => None,
        }
    }
}

/// Returns the exports of the crate, one block per item, in the order of the items' paths.
pub(crate) fn snapshot(source: &Crate) -> Result<String> {
    let mut exported = Vec::new();
    exports(source, &Vec::new(), &mut Vec::new(), &mut BTreeSet::new(), &mut exported);
    exported.sort_by(|(one, _), (other, _)| one.cmp(other));
    let own: Vec<Found<'_>> = exported.iter().filter_map(|(_, exported)| exported.own()).collect();
    // A trait of the crate that is not exported does not concern users.
    let is_seen = |module: &ModulePath, path: &syn::Path| {
        source.find(module, &parts(path)).is_none_or(|found| own.contains(&found))
    };
    let mut text = String::new();
    for (path, exported) in &exported {
        let shown = match exported {
            Exported::Own(found) => item(source, *found, &is_seen)?,
            Exported::Other(from) => format!("pub use {from};\n"),
        };
        text += &format!("\n// {path}\n{shown}");
    }
    Ok(text)
}

/// Collects the exports of a public module, under the names that users write.
fn exports<'a>(
    source: &'a Crate,
    module: &ModulePath,
    shown: &mut Vec<String>,
    visited: &mut BTreeSet<ModulePath>,
    exported: &mut Vec<(String, Exported<'a>)>,
) {
    if !visited.insert(module.clone()) {
        return;
    }
    let path = |shown: &[String], name: &str| [shown, &[name.to_owned()]].concat().join("::");
    for item in source.items(module).iter().filter(|item| !attributes::is_hidden(attributes::of(item))) {
        if let Item::Mod(item) = item
            && matches!(item.vis, Visibility::Public(_))
        {
            let name = item.ident.to_string();
            shown.push(name.clone());
            exports(source, &[&module[..], &[name]].concat(), shown, visited, exported);
            shown.pop();
        } else if let (Some(name), true) = (attributes::name(item), is_public(item))
            && let Some(found) = source.find(module, std::slice::from_ref(&name))
        {
            exported.push((path(shown, &name), Exported::Own(found)));
        }
    }
    for import in source.imports(module).iter().filter(|import| import.is_public && !import.is_hidden) {
        match &import.name {
            Some(name) => {
                let own = source.find(module, &import.path).map(Exported::Own);
                let module = absolute(module, &import.path);
                if own.is_none() && source.is_module(&module) {
                    shown.push(name.clone());
                    exports(source, &module, shown, visited, exported);
                    shown.pop();
                } else {
                    let other = || Exported::Other(import.path.join("::"));
                    exported.push((path(shown, name), own.unwrap_or_else(other)));
                }
            }
            None => exports(source, &absolute(module, &import.path), shown, visited, exported),
        }
    }
}

/// Returns the module that a path names, seen from another module.
fn absolute(module: &[String], path: &[String]) -> ModulePath {
    let mut absolute = module.to_vec();
    for part in path {
        match part.as_str() {
            "crate" => absolute.clear(),
            "self" => {}
            "super" => {
                absolute.pop();
            }
            _ => absolute.push(part.clone()),
        }
    }
    absolute
}

fn is_public(item: &Item) -> bool {
    let visibility = match item {
        Item::Const(item) => &item.vis,
        Item::Enum(item) => &item.vis,
        Item::Fn(item) => &item.vis,
        Item::Static(item) => &item.vis,
        Item::Struct(item) => &item.vis,
        Item::Trait(item) => &item.vis,
        Item::Type(item) => &item.vis,
        _ => return false,
    };
    matches!(visibility, Visibility::Public(_))
}

/// Writes one item with its implementations.
fn item(source: &Crate, found: Found<'_>, is_seen: &dyn Fn(&ModulePath, &syn::Path) -> bool) -> Result<String> {
    let mut items = Vec::new();
    let derived = attributes::derives(attributes::of(found.item)).into_iter();
    let mut derived: Vec<String> = derived.map(|path| path.rsplit("::").next().unwrap_or(&path).to_owned()).collect();
    derived.sort();
    let mut shown = found.item.clone();
    match &mut shown {
        Item::Struct(item) => {
            reduce(&mut item.attrs);
            let all = item.fields.len();
            if let syn::Fields::Named(fields) = &mut item.fields {
                fields.named =
                    fields.named.iter().filter(|field| matches!(field.vis, Visibility::Public(_))).cloned().collect();
            }
            // A public struct literal is part of the API; the private fields are not.
            if item.fields.len() < all {
                let syn::Fields::Named(fields) = &mut item.fields else { bail!("fields without names") };
                fields.named.push(parse_quote!(private: _));
            } else if let syn::Fields::Unnamed(fields) = &mut item.fields {
                for field in fields.unnamed.iter_mut().filter(|field| !matches!(field.vis, Visibility::Public(_))) {
                    field.ty = parse_quote!(_);
                }
            }
            item.fields.iter_mut().for_each(|field| reduce(&mut field.attrs));
        }
        Item::Enum(item) => {
            reduce(&mut item.attrs);
            for variant in &mut item.variants {
                reduce(&mut variant.attrs);
                variant.fields.iter_mut().for_each(|field| reduce(&mut field.attrs));
            }
        }
        Item::Fn(item) => {
            reduce(&mut item.attrs);
            *item.block = parse_quote!({});
        }
        Item::Trait(item) => {
            reduce(&mut item.attrs);
            for part in &mut item.items {
                if let syn::TraitItem::Fn(function) = part {
                    reduce(&mut function.attrs);
                    function.default = function.default.take().map(|_| parse_quote!({}));
                }
            }
        }
        Item::Type(item) => reduce(&mut item.attrs),
        Item::Const(item) => {
            reduce(&mut item.attrs);
            *item.expr = parse_quote!(_);
        }
        other => bail!("cannot show `{}`", other.to_token_stream()),
    }
    items.push(shown);
    let (mut inherent, mut traits) = (Vec::new(), Vec::new());
    for (module, part) in source.impls(found) {
        match &part.trait_ {
            Some((path, _)) if is_seen(module, path) => traits.push(head(part)),
            Some(_) => {}
            None => inherent.extend(methods(part)),
        }
    }
    inherent.sort_by_key(|method| method.sig.ident.to_string());
    traits.sort();
    let name = attributes::name(found.item).unwrap_or_default();
    if !inherent.is_empty() {
        let name: syn::Ident = syn::parse_str(&name)?;
        items.push(parse_quote!(impl #name { #(#inherent)* }));
    }
    // A macro, whose first argument is the type, writes the setters.
    items.extend(source.macros(found).cloned().map(Item::Macro));
    let mut text = String::new();
    if !derived.is_empty() {
        text += &format!("#[derive({})]\n", derived.join(", "));
    }
    text += &prettyplease::unparse(&File { shebang: None, frontmatter: None, attrs: Vec::new(), items });
    for head in traits {
        text += &format!("{head}\n");
    }
    Ok(text)
}

/// Returns the public methods of an `impl`, without bodies.
fn methods(part: &ItemImpl) -> Vec<syn::ImplItemFn> {
    let methods = part.items.iter().filter_map(|item| match item {
        ImplItem::Fn(method) if matches!(method.vis, Visibility::Public(_)) => Some(method.clone()),
        _ => None,
    });
    let methods = methods.filter(|method| !attributes::is_hidden(&method.attrs));
    methods
        .map(|mut method| {
            reduce(&mut method.attrs);
            method.block = parse_quote!({});
            method
        })
        .collect()
}

/// Returns the first line of the implementation of a trait.
fn head(part: &ItemImpl) -> String {
    let mut part = part.clone();
    part.attrs.clear();
    part.items.clear();
    // The form of the path depends on the imports of the file.
    if let Some((path, _)) = &mut part.trait_
        && let Some(last) = path.segments.last().cloned()
    {
        *path = last.into();
    }
    let file = File { shebang: None, frontmatter: None, attrs: Vec::new(), items: vec![Item::Impl(part)] };
    prettyplease::unparse(&file).trim_end().to_owned()
}

fn reduce(attributes: &mut Vec<Attribute>) {
    attributes.retain(|attribute| KEPT.iter().any(|kept| attribute.path().is_ident(kept)));
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIB: &str =
        "mod a; #[doc(hidden)] pub mod hidden { pub struct No; } pub mod seen { pub fn f(x: u8) -> u8 { x } }
        pub use a::{Thing, Kind}; pub use serde::Other;";
    const A: &str = "/// Docs.
        #[derive(Debug, std::clone::Clone)] #[non_exhaustive] #[serde(default)]
        pub struct Thing { /// A.
            pub a: u8, b: u16 }
        impl Thing { pub fn get(&self) -> u16 { self.b } fn own(&self) {} #[doc(hidden)] pub fn no(&self) {} }
        trait Own {} impl Own for Thing {}
        impl std::default::Default for Thing { fn default() -> Self { todo() } }
        options! { Thing { a: into(u8), } }
        pub enum Kind { One, Two(u8) }";

    fn of(lib: &str, files: &[(&str, &str)]) -> String {
        snapshot(&Crate::of(&[&[("lib.rs", lib)], files].concat())).unwrap()
    }

    #[test]
    fn exported_items_are_shown_with_public_parts_only() {
        let expected = "
// Kind
pub enum Kind {
    One,
    Two(u8),
}

// Other
pub use serde::Other;

// Thing
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Thing {
    pub a: u8,
    private: _,
}
impl Thing {
    pub fn get(&self) -> u16 {}
}
options! {
    Thing { a : into(u8), }
}
impl Default for Thing {}

// seen::f
pub fn f(x: u8) -> u8 {}
";
        assert_eq!(of(LIB, &[("a.rs", A)]), expected);
    }

    #[test]
    fn a_moved_file_changes_nothing_and_a_changed_signature_does() {
        let before = of(LIB, &[("a.rs", A)]);
        let moved = LIB.replace("mod a;", "mod b;").replace("a::{", "b::c::{");
        assert_eq!(of(&moved, &[("b/mod.rs", "pub mod c;"), ("b/c.rs", A)]), before);
        assert_ne!(of(LIB, &[("a.rs", &A.replace("-> u16", "-> u32"))]), before);
        assert_ne!(of(LIB, &[("a.rs", &A.replace("pub a: u8", "a: u8"))]), before);
    }

    #[test]
    fn implementations_in_other_modules_belong_to_the_type() {
        let with = of(
            &format!("{LIB} mod far;"),
            &[
                ("a.rs", A),
                (
                    "far.rs",
                    "use crate::Thing as T; impl T { pub fn far(&self) {} } struct Thing; impl Thing { pub fn no() {} }",
                ),
            ],
        );
        assert!(with.contains("pub fn far(&self) {}") && !with.contains("fn no"), "{with}");
    }
}
