//! The structure of a merged module.

use std::collections::BTreeMap;

use terrarium_wasm::link::{FunctionTarget, GlobalValue, Merge, Part};
use wasmparser::{DataKind, ElementItems, ElementKind, Operator, Parser, Payload, TypeRef};

/// Makes a part without further settings.
pub(crate) fn part(wasm: &[u8]) -> Part<'_> {
    Part {
        wasm,
        globals: BTreeMap::new(),
        imported_globals: BTreeMap::new(),
        functions: Vec::new(),
        prefix: String::new(),
    }
}

fn payloads(wasm: &[u8]) -> impl Iterator<Item = Payload<'_>> {
    Parser::new(0).parse_all(wasm).map(|payload| payload.expect("it is valid"))
}

/// Returns the names of the imports of `wasm`.
pub(crate) fn imports(wasm: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    for payload in payloads(wasm) {
        let Payload::ImportSection(imports) = payload else { continue };
        for import in imports.into_imports() {
            let import = import.expect("it is valid");
            assert!(matches!(import.ty, TypeRef::Func(_)), "{import:?}");
            names.push(format!("{}.{}", import.module, import.name));
        }
    }
    names
}

fn instructions(wasm: &[u8]) -> Vec<Vec<Operator<'_>>> {
    payloads(wasm)
        .filter_map(|payload| match payload {
            Payload::CodeSectionEntry(body) => Some(body),
            _ => None,
        })
        .map(|body| {
            let operators = body.get_operators_reader().expect("it is valid");
            operators.into_iter().map(|operator| operator.expect("it is valid")).collect()
        })
        .collect()
}

#[test]
fn globals_that_do_not_change_are_constants_in_the_code() {
    let wasm = wat::parse_str(
        r#"(module
            (import "GOT.func" "x" (global $got (mut i32)))
            (import "env" "base" (global $base i32))
            (global $sum (export "sum") i32 (i32.add (global.get $base) (i32.mul (i32.const 3) (i32.const -5))))
            (global $long i64 (i64.sub (i64.const 1) (i64.const 9)))
            (global $kept (mut i32) (global.get $sum))
            (global $float f32 (f32.const 0.5))
            (func (result i32 i32 i32 i64 i32 f32)
                (global.get $got) (global.get $base) (global.get $sum) (global.get $long) (global.get $kept)
                (global.get $float)))"#,
    )
    .unwrap();
    let mut part = part(&wasm);
    part.imported_globals = BTreeMap::from([(0, 70_000), (1, 100)]);
    let merged = Merge { parts: vec![part], memory: &[], table_size: 0, slots: BTreeMap::new() }.write().unwrap();
    let values = &instructions(&merged)[0];
    assert!(
        matches!(
            values[..],
            [
                Operator::I32Const { value: 70_000 },
                Operator::I32Const { value: 100 },
                Operator::I32Const { value: 85 },
                Operator::I64Const { value: -8 },
                Operator::GlobalGet { global_index: 1 },
                Operator::GlobalGet { global_index: 2 },
                Operator::End
            ]
        ),
        "{values:?}"
    );
    let mut globals = Vec::new();
    for payload in payloads(&merged) {
        if let Payload::GlobalSection(section) = payload {
            for global in section {
                let global = global.unwrap();
                globals.push((global.ty.mutable, global.init_expr.get_operators_reader().read().unwrap()));
            }
        }
    }
    assert!(
        matches!(
            globals[..],
            [
                (false, Operator::I32Const { value: 85 }),
                (true, Operator::I32Const { value: 85 }),
                (false, Operator::F32Const { .. })
            ]
        ),
        "the exported one, then those that are needed: {globals:?}"
    );
}

#[test]
fn of_functions_and_globals_those_are_exported_that_are_wanted() {
    let main = wat::parse_str(
        r#"(module (memory (export "memory") 1) (table (export "__indirect_function_table") 1 funcref)
            (global (export "kept") i32 (i32.const 1)) (global (export "dropped") i32 (i32.const 2))
            (func (export "run")) (func (export "rest")))"#,
    )
    .unwrap();
    let library = wat::parse_str(r#"(module (func (export "run")) (func (export "init")))"#).unwrap();
    let second = Part { prefix: "second.".to_owned(), ..part(&library) };
    let (memory, slots) = (vec![0; 1 << 16], BTreeMap::new());
    let merge = Merge { parts: vec![part(&main), second], memory: &memory, table_size: 1, slots };
    let names = |wasm: &[u8]| {
        let exports = payloads(wasm).filter_map(|payload| match payload {
            Payload::ExportSection(section) => Some(section.into_iter().map(|export| export.unwrap().name.to_owned())),
            _ => None,
        });
        exports.flatten().collect::<Vec<_>>()
    };
    let wanted = ["kept", "run", "second.init"];
    let merged = merge.write_exporting(&|name| wanted.contains(&name)).unwrap();
    assert_eq!(names(&merged), ["memory", "__indirect_function_table", "kept", "run", "second.init"]);
    assert_eq!(names(&merge.write().unwrap()).len(), 8);
}

#[test]
fn element_segments_list_functions_at_constant_offsets() {
    let main = wat::parse_str(
        r#"(module (table (export "__indirect_function_table") 1 funcref) (func $f) (elem (i32.const 1) func $f))"#,
    )
    .unwrap();
    let library = wat::parse_str(
        r#"(module (import "env" "__indirect_function_table" (table 0 funcref)) (import "env" "base" (global $base i32))
            (func $g) (func $h)
            (elem (i32.add (global.get $base) (i32.const 1)) funcref (ref.func $g) (ref.func $h)))"#,
    )
    .unwrap();
    let mut second = part(&library);
    second.imported_globals = BTreeMap::from([(0, 20)]);
    second.prefix = "second.".to_owned();
    let function = |part, index| FunctionTarget::Function { part, index };
    let slots = BTreeMap::from([(30, function(1, 0)), (5, function(0, 0)), (31, function(1, 1)), (33, function(1, 1))]);
    let merge = Merge { parts: vec![part(&main), second], memory: &[], table_size: 34, slots };
    let merged = merge.write().unwrap();
    let mut segments = Vec::new();
    for payload in payloads(&merged) {
        match payload {
            Payload::ElementSection(section) => {
                for element in section {
                    let element = element.unwrap();
                    let ElementKind::Active { table_index: None, offset_expr } = element.kind else {
                        panic!("not active")
                    };
                    let mut offset = offset_expr.get_operators_reader();
                    let Operator::I32Const { value } = offset.read().unwrap() else { panic!("{offset_expr:?}") };
                    assert!(offset.is_end_then_eof());
                    let ElementItems::Functions(functions) = element.items else { panic!("expressions") };
                    segments.push((value, functions.into_iter().map(Result::unwrap).collect::<Vec<_>>()));
                }
            }
            Payload::TableSection(tables) => {
                let table = tables.into_iter().next().unwrap().unwrap();
                assert_eq!((table.ty.initial, table.ty.maximum), (34, None));
            }
            _ => {}
        }
    }
    assert_eq!(segments, [(1, vec![0]), (21, vec![1, 2]), (5, vec![0]), (30, vec![1, 2]), (33, vec![2])]);
}

#[test]
fn the_memory_is_written_as_rows_of_pages_that_are_not_zero() {
    let wasm =
        wat::parse_str(r#"(module (memory (export "memory") 1 200) (data (i32.const 9) "never mind"))"#).unwrap();
    let mut memory = vec![0; 2 << 16];
    for (page, byte) in [(1, 1), (2, 2), (7, 3), (13, 4), (31, 5)] {
        memory[page * 4096 + 17] = byte;
    }
    let merged =
        Merge { parts: vec![part(&wasm)], memory: &memory, table_size: 0, slots: BTreeMap::new() }.write().unwrap();
    let mut segments = Vec::new();
    for payload in payloads(&merged) {
        match payload {
            Payload::DataSection(section) => {
                for data in section {
                    let data = data.unwrap();
                    let DataKind::Active { memory_index: 0, offset_expr } = data.kind else { panic!("{data:?}") };
                    let Operator::I32Const { value } = offset_expr.get_operators_reader().read().unwrap() else {
                        panic!("{offset_expr:?}")
                    };
                    assert_eq!(data.data, &memory[value as usize..][..data.data.len()]);
                    segments.push((value / 4096, value % 4096, data.data.len() / 4096));
                }
            }
            Payload::MemorySection(memories) => {
                let ty = memories.into_iter().next().unwrap().unwrap();
                assert_eq!((ty.initial, ty.maximum), (2, Some(200)));
            }
            _ => {}
        }
    }
    // Four zero pages stay inside a segment, five do not.
    assert_eq!(segments, [(1, 0, 7), (13, 0, 1), (31, 0, 1)]);
}

#[test]
fn functions_of_libraries_read_the_page_of_the_main_module() {
    let load = "(drop (i32.load $page (i32.const 0)))";
    let main = wat::parse_str(format!(
        r#"(module (memory (export "memory") 1) (memory $page (export "terrarium.safepoint") 1 1) (func {load}))"#
    ))
    .unwrap();
    // In this module, it is the first memory.
    let library = wat::parse_str(format!(
        r#"(module (import "terrarium" "safepoint" (memory $page 1 1)) (import "env" "memory" (memory $memory 1))
            (func {load} (i32.store $memory offset=8 (i32.const 4) (i32.const 5)) (drop (memory.size $memory))))"#
    ))
    .unwrap();
    let mut second = part(&library);
    second.prefix = "second.".to_owned();
    let memory = vec![0; 1 << 16];
    let merge = Merge { parts: vec![part(&main), second], memory: &memory, table_size: 0, slots: BTreeMap::new() };
    let merged = merge.write().unwrap();
    let memories: Vec<Vec<u32>> = instructions(&merged)
        .iter()
        .map(|body| {
            let used = body.iter().filter_map(|operator| match operator {
                Operator::I32Load { memarg } | Operator::I32Store { memarg } => Some(memarg.memory),
                Operator::MemorySize { mem } => Some(*mem),
                _ => None,
            });
            used.collect()
        })
        .collect();
    assert_eq!(memories, [vec![1], vec![1, 0, 0]]);
}

#[test]
fn custom_sections_are_left_out() {
    let wasm = wat::parse_str(r#"(module $named (@custom "note" "text") (func $named))"#).unwrap();
    let merge = Merge { parts: vec![part(&wasm)], memory: &[], table_size: 0, slots: BTreeMap::new() };
    assert!(!payloads(&merge.write().unwrap()).any(|payload| matches!(payload, Payload::CustomSection(_))));
}

#[test]
fn exported_globals_of_the_main_module_can_still_be_read() {
    let wasm = wat::parse_str(
        r#"(module (import "GOT.mem" "x" (global $x (mut i32))) (export "address" (global $x))
            (export "terrarium.global.3" (global $state))
            (global i32 (i32.const 1))
            (global (export "constant") i64 (i64.const 7)) (global $state (export "state") (mut f64) (f64.const 1)))"#,
    )
    .unwrap();
    let mut part = part(&wasm);
    part.imported_globals = BTreeMap::from([(0, 70_000)]);
    part.globals = BTreeMap::from([(3, GlobalValue::F64(2.5_f64.to_bits()))]);
    let merged = Merge { parts: vec![part], memory: &[], table_size: 0, slots: BTreeMap::new() }.write().unwrap();
    let engine = crate::live::engine();
    let module = wasmtime::Module::new(&engine, &merged).unwrap();
    let mut store = wasmtime::Store::new(&engine, ());
    let instance = wasmtime::Instance::new(&mut store, &module, &[]).unwrap();
    let mut value = |name: &str| instance.get_global(&mut store, name).unwrap().get(&mut store);
    assert_eq!(value("address").i32(), Some(70_000));
    assert_eq!(value("constant").i64(), Some(7));
    assert_eq!(value("state").f64(), Some(2.5));
    let names: Vec<_> = module.exports().map(|export| export.name()).collect();
    assert_eq!(names, ["address", "constant", "state", "terrarium.global.2"], "under its index in the merged module");
}
