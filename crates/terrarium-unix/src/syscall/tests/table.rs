//! Tests: the table is complete and consistent, and the page is rendered from it.

use std::collections::HashSet;

use crate::syscall::{FAMILIES, Handler, REDIRECTS, Support, check, compatibility_page, find, imports};

/// Module, name and signature of each function that the pinned guest imports.
const GUEST: &str = include_str!("../../../tests/data/guest-imports.txt");

fn guest_imports() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    GUEST.lines().map(|line| {
        let mut parts = line.split(' ');
        (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap())
    })
}

#[test]
fn every_import_of_the_guest_is_there_with_its_signature() {
    assert_eq!(guest_imports().count(), 268);
    for (module, name, signature) in guest_imports() {
        assert!(check(module, name, signature).is_ok(), "{module} {name} {signature}");
    }
}

#[test]
fn nothing_else_is_there_but_what_redirection_needs() {
    let known: HashSet<_> = guest_imports().map(|(module, name, _)| (module, name)).collect();
    let added: HashSet<_> = REDIRECTS.iter().map(|(_, module, name)| (*module, *name)).collect();
    let mut seen = HashSet::new();
    for import in imports() {
        let key = (import.module, import.name);
        assert!(known.contains(&key) ^ added.contains(&key), "{key:?}");
        assert!(seen.insert(key), "twice: {key:?}");
    }
    assert_eq!(seen.len(), 268 + REDIRECTS.len());
}

#[test]
fn a_wrong_import_is_refused_by_name() {
    let unknown = check("env", "fork", "->i").unwrap_err().to_string();
    assert_eq!(unknown, "the guest imports `env.fork` as `->i`, which is not known");
    let changed = check("env", "exit", "ii->").unwrap_err().to_string();
    assert_eq!(changed, "the guest imports `env.exit` as `ii->`, which is known as `i->`");
    assert!(find("wasi_snapshot_preview1", "exit").is_none());
}

#[test]
fn signatures_are_well_formed() {
    for import in imports() {
        let letters = |text: &str| text.chars().all(|letter| "ijfde".contains(letter));
        assert!(letters(import.parameters()) && letters(import.results()), "{}", import.name);
        assert!(import.signature.contains("->") && import.results().len() <= 1, "{}", import.name);
        let scalar = !import.signature.contains('e');
        match import.handler {
            Handler::Syscall(_) | Handler::Preview1(_) => assert_eq!(import.results(), "i", "{}", import.name),
            Handler::Call(_) | Handler::Engine(_) | Handler::Wasi => assert!(scalar, "{}", import.name),
            Handler::Null | Handler::Bridge => {}
        }
    }
}

#[test]
fn what_is_not_whole_says_so() {
    for import in imports() {
        let silent = match (import.handler, import.support) {
            (Handler::Null, _) | (_, Support::Partial | Support::Refused) => import.note.is_empty(),
            (Handler::Bridge, support) => support != Support::Bridge,
            (Handler::Engine(_), support) => support != Support::Engine,
            _ => false,
        };
        assert!(!silent, "{} needs a note or another support level", import.name);
    }
}

#[test]
fn the_page_lists_every_import_once() {
    let page = compatibility_page();
    assert!(page.starts_with("# Compatibility\n"));
    for import in imports() {
        let row = format!("| `{}` |", import.name);
        let expected = imports().filter(|other| other.name == import.name).count();
        assert_eq!(page.matches(&row).count(), expected, "{row}");
    }
    for family in FAMILIES {
        assert_eq!(page.matches(&format!("\n## {}\n", family.title)).count(), 1, "{}", family.title);
    }
    // The tables after this heading have other forms.
    let tables = page.split("\n## Floating-point numbers").next().unwrap_or_default();
    assert!(tables.lines().all(|line| !line.starts_with('|') || line.matches(" | ").count() == 2));
}
