//! The modules of a crate, and the resolution of names in them.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use syn::{Item, ItemImpl, ItemMacro, UseTree};

use super::attributes;
use crate::util;

/// The most imports that a name may pass through; more are a cycle.
const MAX_IMPORTS: usize = 32;

/// A module's name, as its parts from the crate's root.
pub(crate) type ModulePath = Vec<String>;

/// A parsed crate.
pub(crate) struct Crate {
    modules: BTreeMap<ModulePath, Module>,
}

/// The items of one module, and its imports.
#[derive(Default)]
struct Module {
    items: Vec<Item>,
    imports: Vec<Import>,
}

/// One imported name, or all names of a module.
pub(crate) struct Import {
    /// The local name; none for `*`.
    pub(crate) name: Option<String>,
    pub(crate) path: Vec<String>,
    pub(crate) is_public: bool,
    pub(crate) is_hidden: bool,
}

/// An item that a name refers to, identified by its address in memory.
#[derive(Clone, Copy)]
pub(crate) struct Found<'a> {
    pub(crate) item: &'a Item,
}

/// Reads a source file; none where the file does not exist.
type Read<'a> = &'a dyn Fn(&Path) -> Result<Option<String>>;

impl Crate {
    /// Reads terrarium-core.
    pub(crate) fn core() -> Result<Self> {
        let source = util::root().join("terrarium-core/src");
        Self::load(&|path| {
            let path = source.join(path);
            if path.is_file() { Ok(Some(String::from_utf8(util::read(&path)?)?)) } else { Ok(None) }
        })
    }

    /// Reads a crate from its `lib.rs` on.
    pub(crate) fn load(read: Read<'_>) -> Result<Self> {
        let mut found = Self { modules: BTreeMap::new() };
        found.file(read, Path::new("lib.rs"), Path::new(""), Vec::new())?;
        Ok(found)
    }

    /// Reads a crate from text, by file names.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let files: BTreeMap<_, _> = files.iter().copied().collect();
        let read = |path: &Path| Ok(files.get(path.to_str().unwrap_or_default()).map(|text| (*text).to_owned()));
        Self::load(&read).unwrap()
    }

    /// Reads a module's file. The files of its inner modules are in `folder`.
    fn file(&mut self, read: Read<'_>, path: &Path, folder: &Path, module: ModulePath) -> Result<()> {
        let text = read(path)?.with_context(|| format!("`{}` does not exist", path.display()))?;
        let file = syn::parse_file(&text).with_context(|| format!("cannot parse `{}`", path.display()))?;
        self.module(read, file.items, folder, module)
    }

    fn module(&mut self, read: Read<'_>, items: Vec<Item>, folder: &Path, path: ModulePath) -> Result<()> {
        let mut module = Module::default();
        for item in items.into_iter().filter(|item| !attributes::is_left_out(attributes::of(item))) {
            match item {
                Item::Use(item) => {
                    let public = matches!(item.vis, syn::Visibility::Public(_));
                    let hidden = attributes::is_hidden(&item.attrs);
                    flatten(&item.tree, &mut Vec::new(), &mut |name, path| {
                        module.imports.push(Import { name, path, is_public: public, is_hidden: hidden });
                    });
                }
                Item::Mod(mut item) => {
                    let name = item.ident.to_string();
                    let below = [&path[..], std::slice::from_ref(&name)].concat();
                    if let Some((_, items)) = item.content.take() {
                        self.module(read, items, &folder.join(&name), below)?;
                    } else if let Some(other) = attributes::path(&item.attrs) {
                        let file = folder.join(other);
                        let folder = file.with_extension("");
                        self.file(read, &file, &folder, below)?;
                    } else {
                        let (flat, deep) = (folder.join(format!("{name}.rs")), folder.join(&name).join("mod.rs"));
                        let file: PathBuf = if read(&flat)?.is_some() { flat } else { deep };
                        self.file(read, &file, &folder.join(&name), below)?;
                    }
                    module.items.push(Item::Mod(item));
                }
                item => module.items.push(item),
            }
        }
        // Of two modules under opposite conditions, the first one represents both.
        self.modules.entry(path).or_insert(module);
        Ok(())
    }

    /// Returns the items of a module.
    pub(crate) fn items(&self, module: &[String]) -> &[Item] {
        self.modules.get(module).map_or(&[], |module| &module.items)
    }

    /// Whether the module exists.
    pub(crate) fn is_module(&self, path: &[String]) -> bool {
        self.modules.contains_key(path)
    }

    /// Returns the imports of a module.
    pub(crate) fn imports(&self, module: &[String]) -> &[Import] {
        self.modules.get(module).map_or(&[], |module| &module.imports)
    }

    /// Returns the implementations of a type, in all modules.
    pub(crate) fn impls<'a>(&'a self, of: Found<'a>) -> impl Iterator<Item = (&'a ModulePath, &'a ItemImpl)> {
        self.modules.iter().flat_map(move |(module, content)| {
            content.items.iter().filter_map(move |item| match item {
                Item::Impl(item) if self.is_for(module, item, of) => Some((module, item)),
                _ => None,
            })
        })
    }

    /// Returns the calls of macros that start with a type's name, in all modules.
    pub(crate) fn macros<'a>(&'a self, of: Found<'a>) -> impl Iterator<Item = &'a ItemMacro> {
        self.modules.iter().flat_map(move |(module, content)| {
            content.items.iter().filter_map(move |item| match item {
                Item::Macro(item) => {
                    let first = item.mac.tokens.clone().into_iter().next()?.to_string();
                    let found = self.find(module, &[first])?;
                    (found == of).then_some(item)
                }
                _ => None,
            })
        })
    }

    fn is_for(&self, module: &[String], item: &ItemImpl, of: Found<'_>) -> bool {
        let syn::Type::Path(path) = &*item.self_ty else { return false };
        self.find(module, &parts(&path.path)).is_some_and(|found| found == of)
    }

    /// Returns the item that the crate exports by this name.
    pub(crate) fn public(&self, name: &str) -> Result<Found<'_>> {
        self.find(&[], &[name.to_owned()]).with_context(|| format!("terrarium-core exports no `{name}`"))
    }

    /// Returns the item that a path names in a module, unless another crate defines it.
    pub(crate) fn find(&self, module: &[String], path: &[String]) -> Option<Found<'_>> {
        self.find_within(module, path, MAX_IMPORTS)
    }

    fn find_within(&self, module: &[String], path: &[String], depth: usize) -> Option<Found<'_>> {
        let depth = depth.checked_sub(1)?;
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => return self.find_within(&[], rest, depth),
            "self" => return self.find_within(module, rest, depth),
            "super" => return self.find_within(module.split_last()?.1, rest, depth),
            _ => {}
        }
        let content = self.modules.get(module)?;
        if rest.is_empty()
            && let Some(item) = content.items.iter().find(|item| attributes::name(item).as_ref() == Some(first))
        {
            return Some(Found { item });
        }
        let below = [module, std::slice::from_ref(first)].concat();
        if !rest.is_empty() && self.modules.contains_key(&below) {
            return self.find_within(&below, rest, depth);
        }
        content.imports.iter().find_map(|import| match &import.name {
            Some(name) if name == first => self.find_within(module, &[&import.path[..], rest].concat(), depth),
            Some(_) => None,
            None => self.find_within(module, &[&import.path[..], path].concat(), depth),
        })
    }
}

impl PartialEq for Found<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.item, other.item)
    }
}

/// Returns the names in a path.
pub(crate) fn parts(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

/// Calls `add` with each name and path of a `use`.
fn flatten(tree: &UseTree, before: &mut Vec<String>, add: &mut dyn FnMut(Option<String>, Vec<String>)) {
    match tree {
        UseTree::Path(part) => {
            before.push(part.ident.to_string());
            flatten(&part.tree, before, add);
            before.pop();
        }
        UseTree::Name(part) if part.ident == "self" => add(before.last().cloned(), before.clone()),
        UseTree::Name(part) => add(Some(part.ident.to_string()), with(before, &part.ident)),
        UseTree::Rename(part) if part.ident == "self" => add(Some(part.rename.to_string()), before.clone()),
        UseTree::Rename(part) => add(Some(part.rename.to_string()), with(before, &part.ident)),
        UseTree::Glob(_) => add(None, before.clone()),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, add)),
    }
}

fn with(before: &[String], last: &syn::Ident) -> Vec<String> {
    before.iter().cloned().chain([last.to_string()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Crate {
        Crate::of(&[
            ("lib.rs", "mod a; mod b; pub use a::{deep::Thing as Other, *}; #[cfg(test)] mod tests;"),
            ("a.rs", "pub(crate) mod deep; pub use deep::Thing; pub struct Own; use crate::b as c; pub use c::Far;"),
            ("a/deep.rs", "pub struct Thing; use super::super::b::Far as Near;"),
            ("b/mod.rs", "pub struct Far; pub use serde::Serialize; mod inner { pub struct In; use super::Far; }"),
        ])
    }

    fn found(name: &str) -> Option<String> {
        let sample = sample();
        let path: Vec<String> = name.split("::").map(str::to_owned).collect();
        sample.find(&[], &path).and_then(|found| attributes::name(found.item))
    }

    #[test]
    fn names_are_found_through_imports_wherever_their_files_are() {
        for (name, item) in [
            ("Thing", "Thing"),
            ("Other", "Thing"),
            ("Own", "Own"),
            ("Far", "Far"),
            ("crate::a::deep::Near", "Far"),
            ("b::inner::Far", "Far"),
        ] {
            assert_eq!(found(name).as_deref(), Some(item), "{name}");
        }
    }

    #[test]
    fn names_of_other_crates_and_circles_are_not_found() {
        for name in ["Serialize", "b::Serialize", "Nothing", "a::Nothing"] {
            assert_eq!(found(name), None, "{name}");
        }
        let circle = Crate::of(&[("lib.rs", "mod a { pub use super::X; } pub use a::X;")]);
        assert!(circle.public("X").is_err());
    }

    #[test]
    fn modules_with_paths_and_conditions_are_read() {
        let source = Crate::of(&[
            ("lib.rs", "mod a; pub use a::One; pub use a::b::Two;"),
            (
                "a.rs",
                "#[cfg(unix)] pub struct One; #[cfg_attr(unix, path = \"unix.rs\")] pub mod b; #[cfg(not(unix))] mod b {}",
            ),
            ("a/unix.rs", "pub struct Two;"),
        ]);
        assert!(source.public("One").is_ok() && source.public("Two").is_ok());
    }

    #[test]
    fn a_file_that_is_missing_or_broken_is_an_error_with_its_name() {
        for text in ["mod gone;", "struct {"] {
            let loaded = Crate::load(&|path| Ok((path == Path::new("lib.rs")).then(|| text.to_owned())));
            let error = format!("{:#}", loaded.err().unwrap());
            assert!(error.contains("gone/mod.rs") || error.contains("lib.rs"), "{error}");
        }
    }
}
