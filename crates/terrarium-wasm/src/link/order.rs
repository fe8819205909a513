//! [`load_order`]: the libraries to load for one of them, with needed libraries first.

use std::sync::Arc;

use super::{LinkError, ModuleInfo};

/// The most libraries that one library may need, directly and indirectly.
pub const MAX_NEEDED: usize = 256;

/// A library to load.
#[derive(Clone, Debug)]
pub struct Found<M> {
    /// Its path.
    pub path: String,
    /// Its definitions and needs.
    pub info: Arc<ModuleInfo>,
    /// The caller's data.
    pub module: M,
    /// The paths of the libraries that it needs directly, including loaded ones.
    pub needed: Vec<String>,
}

/// Returns the libraries to load for the one at `path`, each after those that it needs. Libraries that need each other
/// come in the order of their discovery.
///
/// `find` returns the path of a needed library; its arguments are the name and the folders to search first. `open`
/// reads a library; it is not called for one that is `loaded` already.
///
/// # Errors
/// [`LinkError::Missing`], [`LinkError::TooMany`], and the errors of `open`.
pub fn load_order<M, E: From<LinkError>>(
    path: &str,
    loaded: impl Fn(&str) -> bool,
    find: impl Fn(&str, &[String]) -> Option<String>,
    mut open: impl FnMut(&str) -> Result<(Arc<ModuleInfo>, M), E>,
) -> Result<Vec<Found<M>>, E> {
    if loaded(path) {
        return Ok(Vec::new());
    }
    let mut met = vec![path.to_owned()];
    let mut order = Vec::new();
    // Libraries whose needs are being resolved, each with the number of its next need.
    let mut stack = vec![(enter(path, &find, &mut open)?, 0)];
    while let Some((library, next)) = stack.last_mut() {
        let Some(needed) = library.needed.get(*next).cloned() else {
            order.extend(stack.pop().map(|(library, _)| library));
            continue;
        };
        *next += 1;
        if met.contains(&needed) || loaded(&needed) {
            continue;
        }
        if met.len() > MAX_NEEDED {
            return Err(LinkError::TooMany { name: path.to_owned(), limit: MAX_NEEDED }.into());
        }
        met.push(needed.clone());
        stack.push((enter(&needed, &find, &mut open)?, 0));
    }
    Ok(order)
}

fn enter<M, E: From<LinkError>>(
    path: &str,
    find: &impl Fn(&str, &[String]) -> Option<String>,
    open: &mut impl FnMut(&str) -> Result<(Arc<ModuleInfo>, M), E>,
) -> Result<Found<M>, E> {
    let (info, module) = open(path)?;
    let origin = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let folders: Vec<String> = info.runtime_paths.iter().map(|folder| folder.replace("$ORIGIN", origin)).collect();
    let mut needed = Vec::with_capacity(info.needed.len());
    for name in &info.needed {
        match find(name, &folders) {
            Some(found) => needed.push(found),
            None => {
                return Err(LinkError::Missing { name: name.clone(), by: path.to_owned(), searched: folders }.into());
            }
        }
    }
    Ok(Found { path: path.to_owned(), info, module, needed })
}
