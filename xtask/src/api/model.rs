//! The structs and enums that cross into other languages: names in JSON, types, documentation and defaults.

use anyhow::{Context, Result, bail, ensure};
use quote::ToTokens as _;
use syn::{Block, Expr, Fields, ImplItem, Item, ItemStruct, Member, Stmt};

use super::{
    Crate, Docs, Kind,
    attributes::{self, Serde},
    defaults::Value,
    tree::Found,
};

/// A type of the public API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Type {
    pub(crate) name: String,
    pub(crate) docs: Docs,
    pub(crate) shape: Shape,
}

/// The structure of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Struct(Vec<Field>),
    Enum(Vec<Variant>),
}

/// A public field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// The name in JSON: that of the field unless serde renames it.
    pub(crate) name: String,
    pub(crate) docs: Docs,
    pub(crate) kind: Kind,
    /// The type of a number in Rust.
    pub(crate) number: Option<String>,
    /// Whether JSON has no such member, for example a callback.
    pub(crate) is_skipped: bool,
}

/// A variant without data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variant {
    /// The name in JSON.
    pub(crate) name: String,
    pub(crate) docs: Docs,
}

impl Type {
    /// Returns the exported type with that name.
    pub(crate) fn of(source: &Crate, name: &str) -> Result<Self> {
        let found = source.public(name)?;
        match found.item {
            Item::Struct(item) => {
                let serde = attributes::serde(&item.attrs);
                let fields = public_fields(item).map(|field| Field::of(field, &serde)).collect::<Result<_>>();
                let fields = fields.with_context(|| format!("`{name}`"))?;
                Ok(Self { name: name.to_owned(), docs: Docs::of(&item.attrs), shape: Shape::Struct(fields) })
            }
            Item::Enum(item) => {
                let serde = attributes::serde(&item.attrs);
                let variants = item.variants.iter().map(|variant| {
                    ensure!(matches!(variant.fields, Fields::Unit), "`{name}::{}` has data", variant.ident);
                    let rename = attributes::serde(&variant.attrs).rename;
                    let variant_name = cased(rename, &variant.ident.to_string(), &serde)?;
                    Ok(Variant { name: variant_name, docs: Docs::of(&variant.attrs) })
                });
                let shape = Shape::Enum(variants.collect::<Result<_>>()?);
                Ok(Self { name: name.to_owned(), docs: Docs::of(&item.attrs), shape })
            }
            _ => bail!("`{name}` is neither a struct nor an enum"),
        }
    }

    /// Returns a struct of options: each field's documentation states the default, which is that of `impl Default`.
    pub(crate) fn options(source: &Crate, name: &str) -> Result<Self> {
        let options = Self::of(source, name)?;
        let found = source.public(name)?;
        let default = default_of(source, found)?;
        for field in options.fields() {
            let context = || format!("`{name}::{}`", field.name);
            let stated = field.docs.default().with_context(|| format!("{}: no sentence `Default: …`", context()))?;
            let value = match &default {
                Some(values) => {
                    let value = values.iter().find(|(member, _)| *member == field.name);
                    let (_, value) = value.with_context(|| format!("{}: `Default` does not set it", context()))?;
                    Value::of(value).with_context(context)?
                }
                None => Value::of_kind(&field.kind),
            };
            ensure!(
                value.is_stated_by(stated),
                "{}: the default is {value:?}, its sentence says `{stated}`",
                context()
            );
        }
        Ok(options)
    }

    /// Returns the fields of a struct.
    pub(crate) fn fields(&self) -> &[Field] {
        match &self.shape {
            Shape::Struct(fields) => fields,
            Shape::Enum(_) => &[],
        }
    }
}

impl Field {
    fn of(field: &syn::Field, container: &Serde) -> Result<Self> {
        let name = field.ident.as_ref().context("a field has no name")?.to_string();
        let serde = attributes::serde(&field.attrs);
        let kind = Kind::of(&field.ty).with_context(|| format!("field `{name}`"))?;
        let name = cased(serde.rename, &name, container)?;
        let docs = Docs::of(&field.attrs);
        ensure!(!docs.paragraphs.is_empty(), "field `{name}` has no documentation");
        let number = (kind == Kind::Integer).then(|| attributes::compact(&field.ty.to_token_stream().to_string()));
        Ok(Self { name, docs, kind, number, is_skipped: serde.is_skipped })
    }
}

fn public_fields(item: &ItemStruct) -> impl Iterator<Item = &syn::Field> {
    item.fields.iter().filter(|field| matches!(field.vis, syn::Visibility::Public(_)))
}

/// Returns the name in JSON.
fn cased(rename: Option<String>, name: &str, container: &Serde) -> Result<String> {
    match (rename, container.rename_all.as_deref()) {
        (Some(name), _) => Ok(name),
        (None, None) => Ok(name.to_owned()),
        (None, Some("snake_case")) => Ok(snake(name)),
        (None, Some(other)) => bail!("the case `{other}` is not known here"),
    }
}

/// `MemoryExceeded` becomes `memory_exceeded`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// Returns the members that the type's `impl Default` sets; none if it is derived.
fn default_of<'a>(source: &'a Crate, found: Found<'a>) -> Result<Option<Vec<(String, &'a Expr)>>> {
    let name = attributes::name(found.item).unwrap_or_default();
    if attributes::derives(attributes::of(found.item)).iter().any(|derived| derived == "Default") {
        return Ok(None);
    }
    let mut functions = source.impls(found).filter_map(|(_, item)| {
        let is_default = item.trait_.as_ref().is_some_and(|(path, _)| path.is_ident("Default"));
        let wanted = if is_default { "default" } else { "new" };
        item.items.iter().find_map(|item| match item {
            ImplItem::Fn(function) if function.sig.ident == wanted => Some(&function.block),
            _ => None,
        })
    });
    let members = functions.find_map(literal).with_context(|| format!("`{name}` has no `Default` with its fields"))?;
    Ok(Some(members))
}

/// Returns the members of the struct literal that is the body of a function.
fn literal(block: &Block) -> Option<Vec<(String, &Expr)>> {
    let [.., Stmt::Expr(Expr::Struct(literal), None)] = &block.stmts[..] else { return None };
    if literal.rest.is_some() {
        return None;
    }
    let members = literal.fields.iter().filter_map(|field| match &field.member {
        Member::Named(name) => Some((name.to_string(), &field.expr)),
        Member::Unnamed(_) => None,
    });
    Some(members.collect())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A crate with one type of each sort.
    pub(crate) const SAMPLE: &str = r#"
        /// Options, see [`Other::long_name`](x::Other::long_name).
        ///
        /// ```
        /// code();
        /// ```
        #[derive(Clone)]
        #[serde(default)]
        pub struct SampleOptions {
            /// The longest run, or `None`. More in `long_name`. Default: 30 s.
            pub timeout: Option<Duration>,
            /// The size of [`State`]. Default: 5 MiB; at most 9 MiB.
            pub long_name: u64,
            /// Whether it is loud. Default: on.
            pub is_loud: bool,
            /// Files. Default: none.
            pub files: BTreeMap<String, Bytes>,
            /// Called. Default: none.
            #[serde(skip)]
            pub on_stdout: Option<StreamCallback>,
            secret: u64,
        }
        impl Default for SampleOptions {
            fn default() -> Self {
                Self {
                    timeout: Some(Duration::from_secs(30)),
                    long_name: 5 << 20,
                    is_loud: true,
                    files: BTreeMap::new(),
                    on_stdout: None,
                    secret: 1,
                }
            }
        }
        /// A record.
        pub struct Record {
            /// Its kind.
            #[serde(rename = "type")]
            pub kind: String,
            /// Where it ends.
            pub end_line: Option<u32>,
            /// The states.
            pub states: Vec<State>,
            /// The rest.
            pub rest: serde_json::Value,
        }
        /// How it ended.
        #[serde(rename_all = "snake_case")]
        pub enum State {
            /// First.
            First,
            /// Last.
            VeryLast,
        }
    "#;

    /// Returns the type of the sample crate.
    pub(crate) fn sample(name: &str) -> Type {
        Type::of(&Crate::of(&[("lib.rs", SAMPLE)]), name).unwrap()
    }

    fn options(text: &str) -> Result<Type> {
        Type::options(&Crate::of(&[("lib.rs", text)]), "SampleOptions")
    }

    #[test]
    fn a_struct_has_its_public_fields_with_their_names_in_json() {
        let record = sample("Record");
        let names: Vec<&str> = record.fields().iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["type", "end_line", "states", "rest"]);
        assert_eq!(record.docs.paragraphs, ["A record."]);
        assert!(sample("SampleOptions").fields()[4].is_skipped);
        let Shape::Enum(variants) = sample("State").shape else { panic!("an enum") };
        assert_eq!(variants[1].name, "very_last");
    }

    #[test]
    fn options_whose_sentences_state_their_defaults_pass() {
        assert_eq!(options(SAMPLE).unwrap().fields().len(), 5);
        let derived = "#[derive(Default)] pub struct SampleOptions {
            /// Loud. Default: no.
            pub is_loud: bool,
        }";
        assert_eq!(options(derived).unwrap().fields().len(), 1);
    }

    #[test]
    fn an_option_without_a_default_or_with_another_one_is_named() {
        for (from, to, expected) in [
            (" Default: 30 s.", "", "SampleOptions::timeout`: no sentence"),
            ("Default: 30 s.", "Default: 3 s.", "SampleOptions::timeout`: the default is"),
            ("Default: on.", "Default: off.", "SampleOptions::is_loud`: the default is"),
            ("long_name: 5 << 20,", "", "SampleOptions::long_name`: `Default` does not set it"),
            ("impl Default for", "impl Other for", "`SampleOptions` has no `Default`"),
            ("/// Files. Default: none.", "", "field `files` has no documentation"),
        ] {
            assert!(SAMPLE.contains(from), "{from}");
            let error = format!("{:#}", options(&SAMPLE.replace(from, to)).unwrap_err());
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn a_variant_with_data_is_refused() {
        let source = Crate::of(&[("lib.rs", "pub enum E { A(String) }")]);
        assert!(Type::of(&source, "E").unwrap_err().to_string().contains("`E::A` has data"));
    }
}
