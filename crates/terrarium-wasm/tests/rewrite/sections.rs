//! The treatment of the sections around the code.

use std::borrow::Cow;

use terrarium_wasm::rewrite::{Redirect, RewriteOptions, rewrite};
use wasm_encoder::{CustomSection, Module, RawSection};
use wasmparser::{KnownCustom, Name, Parser, Payload};

/// Makes a side module as a linker writes it: `dylink.0` first, names and debugging information last.
fn side_module() -> Vec<u8> {
    let core = wat::parse_str(
        r#"(module
            (import "env" "memory" (memory 1))
            (import "env" "__cpp_exception" (tag $cpp (param i32)))
            (import "GOT.mem" "x" (global $x (mut i32)))
            (func $first (export "first") (block $named (nop)))
            (func $second (export "second") (param $p i32) (result i32) (local $l i32)
                try $label (result i32)
                    local.get $p throw $cpp
                catch $cpp
                    rethrow 0
                end))"#,
    )
    .expect("the text is a module");
    let mut module = Module::new();
    custom(&mut module, "dylink.0", &[1, 4, 0, 0, 0, 0]);
    custom(&mut module, "unknown", b"kept as it is");
    for payload in Parser::new(0).parse_all(&core) {
        if let Some((id, range)) = payload.expect("readable").as_section() {
            module.section(&RawSection { id, data: &core[range] });
        }
    }
    for name in
        [".debug_info", "reloc.CODE", "linking", "sourceMappingURL", "external_debug_info", "metadata.code.branch_hint"]
    {
        custom(&mut module, name, b"offsets in code");
    }
    custom(&mut module, "producers", &[0]);
    module.finish()
}

fn custom(module: &mut Module, name: &str, data: &[u8]) {
    module.section(&CustomSection { name: Cow::Borrowed(name), data: Cow::Borrowed(data) });
}

type Custom = (String, Vec<u8>);

/// Returns name and contents of the custom sections, with those before the first other section apart.
fn custom_sections(wasm: &[u8]) -> (Vec<Custom>, Vec<Custom>) {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut seen_other = false;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.expect("readable") {
            Payload::CustomSection(section) => {
                let entry = (section.name().to_owned(), section.data().to_owned());
                if seen_other { &mut after } else { &mut before }.push(entry);
            }
            Payload::Version { .. } => {}
            _ => seen_other = true,
        }
    }
    (before, after)
}

#[test]
fn dylink_stays_first_and_only_sections_about_code_offsets_go() {
    let redirected =
        RewriteOptions { redirects: vec![Redirect::new("first", "host", "first")], ..RewriteOptions::default() };
    for options in [RewriteOptions::default(), redirected] {
        let rewritten = rewrite(&side_module(), &options).expect("the module is translated");
        let (before, after) = custom_sections(&rewritten);
        assert_eq!(
            before,
            [("dylink.0".to_owned(), vec![1, 4, 0, 0, 0, 0]), ("unknown".to_owned(), b"kept as it is".to_vec()),]
        );
        let after: Vec<&str> = after.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(after, ["name", "producers"]);
    }
}

#[test]
fn names_of_functions_and_locals_stay_and_those_of_labels_go() {
    let rewritten = rewrite(&side_module(), &RewriteOptions::default()).expect("the module is translated");
    let mut found = Vec::new();
    for payload in Parser::new(0).parse_all(&rewritten) {
        let Payload::CustomSection(section) = payload.expect("readable") else {
            continue;
        };
        let KnownCustom::Name(names) = section.as_known() else {
            continue;
        };
        for name in names {
            match name.expect("readable") {
                Name::Function(map) => found.extend(map.into_iter().map(|name| {
                    let name = name.expect("readable");
                    format!("function {} {}", name.index, name.name)
                })),
                Name::Local(functions) => {
                    for function in functions {
                        let function = function.expect("readable");
                        found.extend(function.names.into_iter().map(|name| {
                            let name = name.expect("readable");
                            format!("local {}.{} {}", function.index, name.index, name.name)
                        }));
                    }
                }
                Name::Label(_) => found.push("labels".to_owned()),
                _ => {}
            }
        }
    }
    assert_eq!(found, ["function 0 first", "function 1 second", "local 1.0 p", "local 1.1 l"]);
}

#[test]
fn an_unreadable_name_section_is_left_out() {
    let core = wat::parse_str("(module (tag) (func try throw 0 catch_all end))").expect("the text is a module");
    let mut module = core.clone();
    // A name subsection whose size extends beyond the section.
    module.extend_from_slice(&[0, 8, 4, b'n', b'a', b'm', b'e', 1, 0x7f, 0]);
    let rewritten = rewrite(&module, &RewriteOptions::default()).expect("the module is translated");
    let (_, after) = custom_sections(&rewritten);
    assert!(after.is_empty(), "{after:?}");
}

#[test]
fn a_module_without_legacy_exceptions_stays_as_it_is() {
    let wasm = wat::parse_str(
        r#"(module (tag $t) (func (export "f")
            (block $caught (try_table (catch_all $caught) (throw $t)))))"#,
    )
    .expect("the text is a module");
    let rewritten = rewrite(&wasm, &RewriteOptions::default()).expect("nothing is wrong with it");
    assert_eq!(rewritten, wasm);
}
