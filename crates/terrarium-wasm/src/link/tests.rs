//! Tests of linking: the facts about modules, the definitions of names, and the load order.

use std::{collections::BTreeMap, sync::Arc};

use super::*;

fn module(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

#[test]
fn a_side_module_says_what_it_brings_and_wants() {
    let wasm = module(
        r#"(module
            (@dylink.0
                (mem-info (memory 100 4) (table 2 1))
                (needed "liba.so" "libb.so")
                (import-info "env" "maybe" binding-weak)
                (import-info "env" "sure")
                (runtime-path "$ORIGIN/../libs"))
            (import "env" "__memory_base" (global $memory i32))
            (import "env" "__table_base" (global $table i32))
            (import "env" "__indirect_function_table" (table 2 funcref))
            (import "env" "sure" (func $sure))
            (func $f) (func $g) (func $h)
            (global $mutable (mut i32) (i32.const 7))
            (global $address i32 (i32.const 40))
            (export "f" (func $f)) (export "g" (func $g)) (export "again" (func $g))
            (export "data" (global $address)) (export "state" (global $mutable))
            (elem (offset (i32.add (global.get $table) (i32.const 1))) func $g $h))"#,
    );
    let info = ModuleInfo::side(&wasm).unwrap();
    assert_eq!((info.memory_size, info.memory_align, info.table_size, info.table_align), (100, 16, 2, 2));
    assert_eq!(info.needed, ["liba.so", "libb.so"]);
    assert_eq!(info.runtime_paths, ["$ORIGIN/../libs"]);
    assert_eq!(info.weak.iter().collect::<Vec<_>>(), ["maybe"]);
    let functions: Vec<_> = info.functions.iter().map(|(name, index)| (name.as_str(), *index)).collect();
    assert_eq!(functions, [("again", 2), ("f", 1), ("g", 2)]);
    assert_eq!(info.data, BTreeMap::from([("data".to_owned(), 40)]), "a mutable global is no address");
    assert_eq!(info.slots, BTreeMap::from([(2, 1), (3, 2)]));
    let text = serde_json::to_string(&info).unwrap();
    assert_eq!(serde_json::from_str::<ModuleInfo>(&text).unwrap(), info);
}

#[test]
fn what_is_no_library_is_refused() {
    assert_eq!(ModuleInfo::side(&module("(module)")), Err(LinkError::NotShared));
    assert!(matches!(ModuleInfo::side(b"\0asm\x01\0\0\0\xff\xff"), Err(LinkError::Malformed(_))));
    assert!(matches!(ModuleInfo::side(b"text"), Err(LinkError::Malformed(_))));
    for (memory, table) in [("2000000000 0", "0 0"), ("0 31", "0 0"), ("0 40", "0 0"), ("0 0", "2000000 0")] {
        let text = format!("(module (@dylink.0 (mem-info (memory {memory}) (table {table}))))");
        let refused = ModuleInfo::side(&module(&text));
        assert!(matches!(refused, Err(LinkError::Excessive { .. })), "{refused:?}");
    }
}

fn info(functions: &[(&str, u32)], data: &[(&str, u32)], slots: &[(u32, u32)]) -> Arc<ModuleInfo> {
    let named = |pairs: &[(&str, u32)]| pairs.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
    Arc::new(ModuleInfo {
        functions: named(functions),
        data: named(data),
        slots: slots.iter().copied().collect(),
        ..ModuleInfo::default()
    })
}

fn library(path: &str, info: Arc<ModuleInfo>, global: bool, needed: &[LibraryId]) -> Library {
    Library { path: path.to_owned(), info, memory_base: 1000, table_base: 500, global, needed: needed.to_vec() }
}

#[test]
fn a_name_means_the_main_modules_then_the_global_then_the_needed_then_the_own_definition() {
    let mut space = Namespace::new(info(&[("main", 1)], &[], &[]));
    let local = space.add(library("local", info(&[("main", 2), ("global", 3), ("local", 4)], &[], &[]), false, &[]));
    let global = space.add(library("global", info(&[("global", 5), ("main", 6)], &[], &[]), true, &[]));
    let own = [("main", 7), ("global", 8), ("local", 9), ("own", 10)];
    let user = space.add(library("user", info(&own, &[("x", 4)], &[]), false, &[local]));
    let function = |library, index| Some(Definition::Function { library, index });
    assert_eq!(space.resolve("main", user), function(LibraryId::MAIN, 1));
    assert_eq!(space.resolve("global", user), function(global, 5));
    assert_eq!(space.resolve("local", user), function(local, 4));
    assert_eq!(space.resolve("own", user), function(user, 10));
    assert_eq!(space.resolve("x", user), Some(Definition::Data { address: 1004 }));
    assert_eq!(space.resolve("nobody", user), None);
    assert_eq!(space.resolve("own", local), None, "a local library is not seen by others");
    assert_eq!(space.symbol("global", user), function(user, 8), "dlsym asks the library first");
    assert_eq!(space.symbol("own", LibraryId::MAIN), None);
    space.make_global(user);
    assert_eq!(space.symbol("own", LibraryId::MAIN), function(user, 10));
    assert_eq!(space.resolve_globally("local"), function(local, 4), "what it needs became global too");
    assert_eq!(space.find("user"), Some(user));
}

#[test]
fn a_function_has_one_address() {
    let mut space = Namespace::new(info(&[("f", 1), ("g", 2)], &[], &[(1, 33)]));
    let side = space.add(library("side", info(&[("h", 1)], &[], &[(1, 3)]), false, &[]));
    assert_eq!(space.slot(LibraryId::MAIN, 1), Some(33));
    assert_eq!(space.slot(side, 1), Some(503));
    assert_eq!(space.slot(LibraryId::MAIN, 2), None);
    space.set_slot(LibraryId::MAIN, 2, 600);
    assert_eq!(space.slot(LibraryId::MAIN, 2), Some(600));
}

/// Returns the load order of libraries, given by path with their needs.
fn order(libraries: &[(&str, &[&str])], path: &str, loaded: &[&str]) -> Result<Vec<String>, LinkError> {
    let find = |name: &str, folders: &[String]| {
        let places = folders.iter().map(|folder| format!("{folder}/{name}"));
        places.chain([name.to_owned()]).find(|path| libraries.iter().any(|(known, _)| known == path))
    };
    let open = |path: &str| {
        let (_, needed) = libraries.iter().find(|(known, _)| *known == path).unwrap();
        let needed = needed.iter().map(|name| (*name).to_owned()).collect();
        let runtime_paths = vec!["$ORIGIN/libs".to_owned()];
        Ok::<_, LinkError>((Arc::new(ModuleInfo { needed, runtime_paths, ..ModuleInfo::default() }), ()))
    };
    let found = load_order(path, |path| loaded.contains(&path), find, open)?;
    Ok(found.into_iter().map(|library| library.path).collect())
}

#[test]
fn a_library_comes_after_those_that_it_needs_each_once() {
    let libraries: &[(&str, &[&str])] = &[("a", &["b", "c"]), ("b", &["d"]), ("c", &["d", "b"]), ("d", &[])];
    assert_eq!(order(libraries, "a", &[]).unwrap(), ["d", "b", "c", "a"]);
    assert_eq!(order(libraries, "a", &["b"]).unwrap(), ["d", "c", "a"]);
    assert_eq!(order(libraries, "a", &["a"]).unwrap(), [""; 0]);
}

#[test]
fn libraries_that_need_each_other_load_once() {
    assert_eq!(order(&[("a", &["b"]), ("b", &["c"]), ("c", &["a"])], "a", &[]).unwrap(), ["c", "b", "a"]);
    assert_eq!(order(&[("a", &["a"])], "a", &[]).unwrap(), ["a"]);
}

#[test]
fn a_needed_library_is_looked_for_beside_its_user() {
    assert_eq!(order(&[("/x/a", &["b"]), ("/x/libs/b", &[]), ("b", &[])], "/x/a", &[]).unwrap(), ["/x/libs/b", "/x/a"]);
}

#[test]
fn a_missing_library_is_named_with_who_needs_it() {
    let error = order(&[("/x/a", &["gone.so"])], "/x/a", &[]).unwrap_err();
    assert_eq!(error.to_string(), "cannot find gone.so, which /x/a needs (searched /x/libs)");
}

#[test]
fn a_chain_without_end_is_cut() {
    let names: Vec<String> = (0..1000).map(|n| n.to_string()).collect();
    let needs: Vec<Vec<&str>> = (0..1000).map(|n| names.get(n + 1).map(String::as_str).into_iter().collect()).collect();
    let libraries: Vec<(&str, &[&str])> =
        names.iter().map(String::as_str).zip(needs.iter().map(Vec::as_slice)).collect();
    assert!(matches!(order(&libraries, "0", &[]), Err(LinkError::TooMany { .. })));
}
