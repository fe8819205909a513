//! Merging the guest's own main module.

use std::{collections::BTreeMap, path::Path};

use terrarium_runtime::Runtime;
use terrarium_wasm::link::{FunctionTarget, Merge, Part};
use terrarium_wasm::rewrite::{RewriteOptions, SafepointMode, rewrite, validate};
use wasmparser::{Parser, Payload, TypeRef};

/// Makes a part with the meanings of the imports of `wasm`: definitions of the host, and 0 for the globals, which are
/// addresses of functions that the guest never calls.
fn part(wasm: &[u8]) -> Part<'_> {
    let mut part = Part {
        wasm,
        globals: BTreeMap::new(),
        imported_globals: BTreeMap::new(),
        functions: Vec::new(),
        prefix: String::new(),
    };
    let mut globals = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        let Payload::ImportSection(imports) = payload.expect("it is valid") else { continue };
        for import in imports.into_imports() {
            let import = import.expect("it is valid");
            match import.ty {
                TypeRef::Func(_) => part
                    .functions
                    .push(FunctionTarget::Import { module: import.module.to_owned(), name: import.name.to_owned() }),
                TypeRef::Global(_) => {
                    part.imported_globals.insert(globals, 0);
                    globals += 1;
                }
                _ => panic!("the main module imports functions and globals"),
            }
        }
    }
    part
}

#[test]
fn the_interpreter_alone_can_be_merged() {
    let artifacts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../terrarium-runtime/artifacts");
    let runtime = Runtime::from_dir(&artifacts).expect("set-up has made the artifacts");
    let wasm = runtime.python_wasm().expect("the interpreter is among them");
    let options =
        RewriteOptions { export_globals: true, safepoint: Some(SafepointMode::Define), ..RewriteOptions::default() };
    let wasm = rewrite(&wasm, &options).expect("it can be rewritten");
    let memory = vec![0; 480 << 16];
    let merge = Merge { parts: vec![part(&wasm)], memory: &memory, table_size: 8733, slots: BTreeMap::new() };
    let merged = merge.write().expect("it can be merged");
    validate(&merged).expect("the merged module is valid");
    let imports = count(&wasm, |payload| match payload {
        Payload::ImportSection(imports) => imports
            .into_imports()
            .filter(|import| matches!(import.as_ref().expect("it is valid").ty, TypeRef::Func(_)))
            .count(),
        _ => 0,
    });
    let left = count(&merged, |payload| match payload {
        Payload::ImportSection(imports) => imports.into_imports().count(),
        _ => 0,
    });
    assert_eq!(imports, left, "its function imports stay, nothing else does");
    let exports = |wasm| {
        count(wasm, |payload| match payload {
            Payload::ExportSection(exports) => exports.count() as usize,
            _ => 0,
        })
    };
    assert_eq!(exports(&wasm), exports(&merged));
}

/// Returns the sum over all parts of a module.
fn count(wasm: &[u8], of: impl Fn(Payload<'_>) -> usize) -> usize {
    Parser::new(0).parse_all(wasm).map(|payload| of(payload.expect("it is valid"))).sum()
}
