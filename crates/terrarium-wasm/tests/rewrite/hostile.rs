//! Damaged and hostile modules: an error or a valid result in bounded time, never a panic.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use terrarium_wasm::rewrite::{Redirect, RewriteError, RewriteOptions, SafepointMode, rewrite, validate};
use wasm_encoder::{
    BlockType, CodeSection, Function, FunctionSection, Instruction as I, Module, TagKind, TagSection, TagType,
    TypeSection, ValType,
};

use crate::programs::{Entropy, encode, generate};

/// Rewrites `wasm` with all passes; a result must be valid.
#[track_caller]
fn survives(wasm: &[u8]) {
    let redirected = RewriteOptions { redirects: vec![Redirect::new("f0", "host", "f0")], ..RewriteOptions::default() };
    let stoppable = [SafepointMode::Define, SafepointMode::Import]
        .map(|origin| RewriteOptions { safepoint: Some(origin), ..RewriteOptions::default() });
    for options in [RewriteOptions::default(), redirected].into_iter().chain(stoppable) {
        match rewrite(wasm, &options) {
            Ok(rewritten) => validate(&rewritten).expect("what was rewritten is valid"),
            Err(RewriteError::InvalidOutput { message, .. }) => panic!("{message}"),
            Err(_) => {}
        }
    }
}

fn sample(bytes: &[u8]) -> Vec<u8> {
    let mut entropy = Entropy::new(bytes);
    encode(&[generate(&mut entropy, 0), generate(&mut entropy, 1)])
}

/// Makes a module with one function of type 0, `[] -> []`, and `body`.
fn module(types: &TypeSection, tags: &TagSection, body: &[I<'_>]) -> Vec<u8> {
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut function = Function::new([]);
    for instruction in body {
        function.instruction(instruction);
    }
    let mut code = CodeSection::new();
    code.function(&function);
    let mut module = Module::new();
    module.section(types).section(&functions).section(tags).section(&code);
    module.finish()
}

fn empty_type() -> TypeSection {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    types
}

fn one_tag() -> TagSection {
    tags([0])
}

fn tags(types: impl IntoIterator<Item = u32>) -> TagSection {
    let mut tags = TagSection::new();
    for func_type_idx in types {
        tags.tag(TagType { kind: TagKind::Exception, func_type_idx });
    }
    tags
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_modules_give_errors_or_valid_modules(
        bytes in prop::collection::vec(any::<u8>(), 0..600),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut wasm = sample(&bytes);
        for (place, byte) in damage {
            let place = place.index(wasm.len());
            wasm[place] = byte;
        }
        survives(&wasm);
    }
}

#[test]
fn a_module_that_is_cut_off_anywhere_gives_an_error() {
    let wasm = sample(&[7; 200]);
    for end in 0..wasm.len() {
        survives(&wasm[..end]);
    }
    let error = rewrite(&wasm[..wasm.len() - 1], &RewriteOptions::default()).expect_err("a byte is missing");
    assert!(matches!(&error, RewriteError::Malformed { offset, .. } if *offset > 8), "{error}");
}

#[test]
fn what_is_no_core_module_is_refused() {
    for bytes in [&b""[..], b"\x7fELF", b"\0asm\x0d\0\x01\0", b"\0asm\x02\0\0\0"] {
        let error = rewrite(bytes, &RewriteOptions::default()).expect_err("no module");
        assert!(matches!(error, RewriteError::Malformed { .. }), "{error}");
    }
}

#[test]
fn nesting_does_not_use_the_stack_of_the_host() {
    const DEPTH: usize = 100_000;
    let mut body = Vec::new();
    body.extend(std::iter::repeat_n(I::Try(BlockType::Empty), DEPTH));
    body.push(I::Throw(0));
    for level in 0..DEPTH {
        match level % 3 {
            0 => body.push(I::Delegate((DEPTH - level - 1) as u32 / 2)),
            1 => body.extend([I::CatchAll, I::Rethrow(0), I::End]),
            _ => body.extend([I::Catch(0), I::Br((DEPTH - level) as u32), I::End]),
        }
    }
    body.push(I::End);
    let wasm = module(&empty_type(), &one_tag(), &body);
    let thread = std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(move || rewrite(&wasm, &RewriteOptions::default()).map(|wasm| validate(&wasm)))
        .expect("a thread");
    thread.join().expect("the stack was enough").expect("the module is translated").expect("the result is valid");
}

#[test]
fn many_delegates_under_many_blocks_take_linear_time() {
    const BLOCKS: usize = 400_000;
    let mut body = Vec::new();
    body.extend(std::iter::repeat_n(I::Block(BlockType::Empty), BLOCKS));
    for _ in 0..BLOCKS {
        body.extend([I::Try(BlockType::Empty), I::Delegate(0)]);
    }
    body.extend(std::iter::repeat_n(I::End, BLOCKS + 1));
    let wasm = module(&empty_type(), &one_tag(), &body);
    let start = Instant::now();
    rewrite(&wasm, &RewriteOptions::default()).expect("the module is translated");
    // A walk over all blocks for each delegate would be 160 billion steps.
    let took = start.elapsed();
    assert!(took < Duration::from_secs(60), "took {took:?}");
}

#[test]
fn types_of_added_blocks_are_bounded() {
    const KINDS: u32 = 40;
    let mut types = empty_type();
    for kind in 0..KINDS {
        // Each type differs from the others in one place.
        let params = (0..900).map(|place| if place == kind { ValType::I64 } else { ValType::I32 });
        types.ty().function(params, []);
    }
    let mut body = vec![I::Unreachable];
    for block in 1..=KINDS {
        for tag in 0..KINDS {
            body.extend([
                I::Try(BlockType::FunctionType(block)),
                I::Unreachable,
                I::Catch(tag),
                I::Unreachable,
                I::End,
                I::Unreachable,
            ]);
        }
    }
    body.push(I::End);
    let wasm = module(&types, &tags(1..=KINDS), &body);
    let error = rewrite(&wasm, &RewriteOptions::default()).expect_err("too many types");
    assert!(matches!(error, RewriteError::TooLarge { limit: 1_000_000, .. }), "{error}");
}

#[test]
fn more_handlers_than_a_standard_try_may_have_are_refused_by_function() {
    let mut body = vec![I::Try(BlockType::Empty)];
    body.extend(std::iter::repeat_n(I::Catch(0), 10_001));
    body.extend([I::End, I::End]);
    let wasm = module(&empty_type(), &one_tag(), &body);
    let error = rewrite(&wasm, &RewriteOptions::default()).expect_err("too many handlers");
    assert!(
        matches!(&error, RewriteError::Function { function: 0, construct: "try", reason, .. } if reason.contains("10001")),
        "{error}"
    );
}

#[test]
fn a_handler_that_names_no_try_is_refused() {
    for body in [
        vec![I::Catch(0), I::End],
        vec![I::CatchAll, I::End],
        vec![I::Delegate(0), I::End],
        vec![I::Try(BlockType::Empty), I::Rethrow(0), I::End, I::End],
        vec![I::Try(BlockType::Empty), I::Delegate(9), I::End],
        vec![I::BrTable(Cow::Borrowed(&[7]), 0), I::End],
    ] {
        let wasm = module(&empty_type(), &one_tag(), &body);
        let error = rewrite(&wasm, &RewriteOptions::default()).expect_err("not valid");
        assert!(matches!(error, RewriteError::Malformed { .. }), "{error}");
    }
}
