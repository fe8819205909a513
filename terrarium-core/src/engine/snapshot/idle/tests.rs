//! Tests of recycled instances: a comparison of their state, byte by byte.

use crate::engine::live::state::{InstanceState, RunState};
use crate::{Image, ImageOptions, Sandbox, SandboxOptions, Status, engine::stop::safepoint::GuardedStore};
use wasmtime::{Ref, Table, Val};

use super::*;

/// Returns a sandbox on the bare image whose instances have no other user.
fn sandbox() -> (Image, Sandbox) {
    // A separate file: two images of one file are one image.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.timg");
    Image::build(ImageOptions::default()).unwrap().save(&path).unwrap();
    let image = Image::open(&path).unwrap();
    let sandbox = Sandbox::on_image(image.clone(), SandboxOptions::default()).unwrap();
    (image, sandbox)
}

fn execute(sandbox: &Sandbox, code: &str) -> Status {
    sandbox.execute(code).unwrap().status
}

/// Whether this kernel lists written pages; others create every instance anew.
fn is_supported() -> bool {
    match dirty_pages::written(&[]) {
        Ok(_) => true,
        Err(error) => {
            assert!(matches!(error.raw_os_error(), Some(libc::ENOTTY | libc::EINVAL)), "{error}");
            false
        }
    }
}

/// Describes the content of a table's slot, as far as it is comparable between instances.
fn slot(store: &mut GuardedStore, table: Table, index: u64) -> Option<String> {
    match table.get(&mut **store, index)? {
        Ref::Func(Some(function)) => Some(function.ty(&**store).to_string()),
        _ => None,
    }
}

fn number(value: Val) -> u64 {
    match value {
        Val::I32(value) => u64::from(value.cast_unsigned()),
        Val::I64(value) => value.cast_unsigned(),
        Val::F32(bits) => u64::from(bits),
        Val::F64(bits) => bits,
        other => panic!("a global holds {other:?}"),
    }
}

/// All fields of a run's part, without the moment at which its clock was made.
fn shown(run: &RunState) -> String {
    let text = format!("{run:?}");
    let (before, after) = text.split_once("Instant {").expect("a run has a clock");
    let (_, after) = after.split_once('}').expect("a moment has an end");
    format!("{before}{after}")
}

/// Compares an instance that was used with an instance that never ran.
fn assert_pristine(used: &mut Instance, new: &mut Instance, after: &str) {
    let (is, was) = (used.links.memory.data(&*used.store), new.links.memory.data(&*new.store));
    assert_eq!(is.len(), was.len(), "{after}: the memory has grown");
    if is != was {
        let differing = is.iter().zip(was).position(|(is, was)| is != was);
        panic!("{after}: the address of the first byte that differs is {differing:?}");
    }
    assert_eq!(used.links.safepoint.data(&*used.store), new.links.safepoint.data(&*new.store), "{after}");

    let values = |running: &mut Instance| {
        let globals = running.globals.iter().chain([&running.links.stack_pointer]);
        globals.map(|global| number(global.get(&mut *running.store))).collect::<Vec<_>>()
    };
    assert_eq!(values(used), values(new), "{after}: the globals");

    let size = used.links.table.size(&*used.store);
    assert_eq!(size, new.links.table.size(&*new.store), "{after}: the table's size");
    for index in 0..size {
        let (is, was) = (slot(&mut used.store, used.links.table, index), slot(&mut new.store, new.links.table, index));
        assert_eq!(is, was, "{after}: slot {index} of the table");
    }
    // A new field of the instance's state must be compared here: it survives a run.
    let InstanceState { machine, linker, links, closures, run } = used.store.data();
    let unused = new.store.data();
    assert!(Arc::ptr_eq(machine, &unused.machine) && Arc::ptr_eq(linker, &unused.linker), "{after}");
    assert!(links.is_some() && !closures.have_changed(), "{after}");
    // The run's state equals that of no run, whatever fields it has.
    assert_eq!(shown(run), shown(&RunState::none()), "{after}: the state of the run");
}

/// Programs that change much, each in another way, and end in order.
const WILD: &[(&str, &str)] = &[
    ("nothing", ""),
    ("an error", "1 / 0"),
    ("an exit", "import sys; sys.exit(3)"),
    (
        "globals and modules",
        "import sys, json, decimal\nsys.modules.clear()\njson.loads = None\nx = [object()] * 10_000",
    ),
    ("builtins", "import builtins\nfor name in list(vars(builtins)):\n    setattr(builtins, name, None)"),
    ("deep recursion", "def f(n): return n and f(n - 1)\nf(900)\ndef g(): g()\ng()"),
    (
        "exceptions through C",
        "def key(x): raise ValueError(x)\nfor _ in range(2000):\n    try: sorted([1, 2], key=key)\n    except ValueError: pass",
    ),
    (
        "generators",
        "def f():\n    try:\n        while True: yield 1\n    finally: print('end')\nkept = [f() for _ in range(100)]\nfor g in kept: next(g)",
    ),
    (
        "threads",
        "import threading\nfor n in range(5): threading.Thread(target=print, args=(n,), daemon=n % 2 == 0).start()",
    ),
    ("memory", "x = [bytearray(4096) for _ in range(500)]"),
    (
        "every object",
        "import gc\nfor o in gc.get_objects():\n    try: hash(o), id(o), repr(o)[:5]\n    except Exception: pass",
    ),
    ("randomness", "import random, uuid, secrets\n[random.random(), uuid.uuid4(), uuid.uuid1(), secrets.token_hex()]"),
];

#[test]
fn an_instance_that_was_put_back_equals_one_that_never_ran_in_every_byte() {
    if !is_supported() {
        return;
    }
    let (image, sandbox) = sandbox();
    let snapshot = &image.inner().snapshot;
    let mut new = snapshot.new_instance().unwrap();
    // Several times, because pages that were written before are written without a page fault.
    for (name, code) in WILD.iter().chain(WILD).chain(WILD) {
        let status = execute(&sandbox, code);
        assert!(matches!(status, Status::Success | Status::Error), "{name}: {status:?}");
        let mut used = snapshot.idle.take().unwrap_or_else(|| panic!("{name}: the instance was not kept"));
        assert!(snapshot.idle.take().is_none(), "{name}: another instance waits");
        assert_pristine(&mut used, &mut new, name);
        // It serves the next program.
        snapshot.idle.put(used, MAX_WAITING);
    }
    let mut used = snapshot.idle.take().unwrap();
    assert_eq!(used.runs as usize, 3 * WILD.len());
    assert_pristine(&mut used, &mut new, "all of them");
}

#[test]
fn what_cannot_be_put_back_is_not_used_again() {
    let (image, sandbox) = sandbox();
    let snapshot = &image.inner().snapshot;
    for (name, code, expected) in [
        ("grown memory", "x = bytearray(50_000_000)", Status::Success),
        ("much written memory", "import mmap\nx = [b'x' * 100_000 for _ in range(400)]", Status::Success),
        ("a callback", "import ctypes\nkept = ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 1)\nkept()", Status::Success),
        ("a freed callback", "import ctypes\nf = ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 1)\ndel f", Status::Success),
        ("symbols", "import ctypes\nctypes.CDLL(None).strlen(b'abc')", Status::Success),
        ("an exit of the process", "import os\nos._exit(0)", Status::Success),
        ("an abort", "import os\nos.abort()", Status::Crashed),
        ("wild writes", "import ctypes\nctypes.memset(16, 255, 20_000_000)", Status::Crashed),
    ] {
        assert_eq!(execute(&sandbox, code), expected, "{name}");
        assert!(snapshot.idle.take().is_none(), "{name}: the instance was kept");
    }
}

#[test]
fn a_session_leaves_no_instance_behind() {
    let (image, sandbox) = sandbox();
    sandbox.session().unwrap().execute("x = 1").unwrap();
    assert!(image.inner().snapshot.idle.take().is_none());
}

#[test]
fn instances_are_kept_up_to_a_bound_and_for_a_number_of_programs() {
    if !is_supported() {
        return;
    }
    let (image, sandbox) = sandbox();
    let snapshot = &image.inner().snapshot;
    for _ in 0..MAX_WAITING + 4 {
        snapshot.idle.put(snapshot.new_instance().unwrap(), MAX_WAITING);
    }
    assert_eq!(snapshot.idle.waiting.lock().unwrap().len(), MAX_WAITING);
    snapshot.idle.waiting.lock().unwrap().clear();
    let mut worn = snapshot.new_instance().unwrap();
    worn.copied = MAX_COPIED_BYTES - 1;
    snapshot.idle.put(worn, MAX_WAITING);
    assert_eq!(execute(&sandbox, "1"), Status::Success);
    assert_eq!(snapshot.idle.waiting.lock().unwrap().len(), 1, "one program is left to it");
    assert_eq!(execute(&sandbox, "1"), Status::Success);
    assert!(snapshot.idle.take().is_none(), "it has served");
}

#[test]
fn the_memory_of_the_instance_that_never_runs_stays_as_it_was() {
    if !is_supported() {
        return;
    }
    let (image, sandbox) = sandbox();
    let snapshot = &image.inner().snapshot;
    for (_, code) in WILD {
        execute(&sandbox, code);
    }
    let original = snapshot.idle.original.get().expect("an instance was put back");
    let new = snapshot.new_instance().unwrap();
    assert!(original.memory.bytes() == new.links.memory.data(&*new.store));
}

#[test]
fn an_image_that_nobody_uses_is_gone_with_its_instances() {
    let (image, own) = sandbox();
    let snapshot = Arc::downgrade(&image.inner().snapshot);
    execute(&own, "1");
    let mut session = own.session().unwrap();
    session.execute("1").unwrap();
    drop((image, own));
    assert!(snapshot.upgrade().is_some(), "the session lives");
    assert_eq!(session.execute("6 * 7").unwrap().final_repr.as_deref(), Some("42"));
    drop(session);
    // The most recent images stay open.
    for _ in 0..4 {
        sandbox();
    }
    assert!(snapshot.upgrade().is_none());
}

/// Returns a sandbox whose image is a layer on the bare image: a module with many objects and a generator.
fn layered() -> (tempfile::TempDir, Image, Sandbox) {
    use crate::{image, provision::PackageProvider};
    use std::io::Write as _;
    let folder = tempfile::tempdir().unwrap();
    let module = "import random\nmany = [[n] for n in range(50_000)]\nown = random.Random()\ncount = 0";
    let mut wheel = zip::ZipWriter::new(std::fs::File::create(folder.path().join("extra-1-py3-none-any.whl")).unwrap());
    for (name, text) in [("extra.py", module), ("extra-1.dist-info/METADATA", "Name: extra\nVersion: 1\n")] {
        wheel.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        wheel.write_all(text.as_bytes()).unwrap();
    }
    wheel.finish().unwrap();
    let options = SandboxOptions::default().package("extra").package_source(folder.path().to_str().unwrap());
    let packages = PackageProvider::new(&options, image::compile_sources).unwrap();
    let (mounted, modules) = packages.named(&options, &["extra".to_owned()]).unwrap();
    let recipe = image::Recipe { mounted, modules, ..image::Recipe::bare().unwrap() };
    let image = image::layered(None, &recipe, || Ok(recipe.clone())).unwrap().unwrap();
    assert!(image.inner().snapshot.layer.is_some());
    let sandbox = Sandbox::on_image(image.clone(), SandboxOptions::default()).unwrap();
    (folder, image, sandbox)
}

#[test]
fn an_instance_on_a_layer_is_put_back_in_every_byte() {
    if !is_supported() {
        return;
    }
    let (_folder, image, sandbox) = layered();
    let snapshot = &image.inner().snapshot;
    let mut new = snapshot.new_instance().unwrap();
    let own = [
        (
            "the module",
            "import extra\nassert len(extra.many) == 50_000 and extra.count == 0\nextra.count = 1\nextra.many.clear()",
        ),
        ("its objects", "import extra\nfor one in extra.many: one.append(1)"),
    ];
    for (name, code) in own.iter().chain(WILD).chain(&own).chain(WILD) {
        let status = execute(&sandbox, code);
        assert!(matches!(status, Status::Success | Status::Error), "{name}: {status:?}");
        assert!(status == Status::Success || !own.iter().any(|(own, _)| own == name), "{name}");
        if let Some(mut used) = snapshot.idle.take() {
            assert_pristine(&mut used, &mut new, name);
            snapshot.idle.put(used, MAX_WAITING);
        }
    }
    let drawn = |code| sandbox.execute(code).unwrap().final_repr.unwrap();
    for code in ["import extra; extra.own.random()", "import random; random.random()"] {
        assert_ne!(drawn(code), drawn(code), "{code}");
    }
}
