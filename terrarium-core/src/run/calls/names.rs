//! The names of functions that an interpreter needs.
//!
//! A fresh interpreter has all functions at hand, and gets a name only where its code can use it: making a hundred names
//! takes as long as many a run.

use crate::{functions::HostFunctions, guest::FunctionNames};

/// Words with which code reaches names that its text does not have.
const DYNAMIC: &[&str] = &[
    "__builtins__",
    "__import__",
    "builtins",
    "code",
    "compile",
    "doctest",
    "eval",
    "exec",
    "importlib",
    "pdb",
    "runpy",
];
/// The longest code that is searched for names.
const SEARCHED: usize = 64 << 10;

/// Returns all names.
pub(in crate::run) fn all(functions: &HostFunctions) -> FunctionNames {
    let mut names = FunctionNames::default();
    functions.functions.keys().for_each(|name| add(&mut names, functions, name));
    names
}

/// Returns the names of the functions that the text of a program has, in texts and comments too; all names for a program
/// that can reach others.
pub(in crate::run) fn named(functions: &HostFunctions, code: &str) -> FunctionNames {
    if code.len() > SEARCHED {
        return all(functions);
    }
    let words = functions.functions.words();
    let mut found = std::collections::BTreeSet::new();
    for word in code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()) {
        if DYNAMIC.contains(&word) {
            return all(functions);
        }
        if let Some((word, _)) = words.get_key_value(word) {
            found.insert(word.as_str());
        }
    }
    let mut names = FunctionNames::default();
    found.into_iter().filter_map(|word| words.get(word)).flatten().for_each(|name| add(&mut names, functions, name));
    names
}

fn add(names: &mut FunctionNames, functions: &HostFunctions, name: &str) {
    let is_async = functions.functions.get(name).is_some_and(|function| function.is_async());
    let list = if is_async { &mut names.coroutines } else { &mut names.plain };
    if !list.is_empty() {
        list.push(' ');
    }
    list.push_str(name);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Call, HostFunction};

    #[test]
    fn a_program_gets_the_names_that_it_can_use() {
        let function = |name: &str| HostFunction::new(name, |_: Call| Ok(0));
        let wait = HostFunction::asynchronous("wait", |_: Call| async { Ok(0) });
        let functions = HostFunctions::new()
            .function(function("add"))
            .function(function("sub"))
            .function(wait)
            .module("git", [function("log")]);
        let of = |code: &str| {
            let names = named(&functions, code);
            (names.plain, names.coroutines)
        };
        let names = |plain: &str, coroutines: &str| (plain.to_owned(), coroutines.to_owned());
        assert_eq!(of("adder(1)"), names("", ""));
        assert_eq!(of("x = [add (1), 'sub']"), names("add sub", ""));
        assert_eq!(of("await wait(git.x)"), names("git.log", "wait"));
        assert_eq!(of("eval(text)"), names("add git.log sub", "wait"));
    }
}
