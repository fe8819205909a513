//! Images: built, kept, saved, moved, opened, and refused when they are invalid.

use std::{
    fs,
    ops::ControlFlow,
    process::Command,
    sync::{Mutex, OnceLock},
    thread,
    time::{Duration, SystemTime},
};

use terrarium_core::{Error, ExecuteOptions, Image, ImageOptions, ImageProgress, Packages, Sandbox, Status, Value};
use terrarium_tests::{Job, Resources, Step, options, run_job, wheel};

use crate::support::{int, probe, success};

/// Returns options with preparation code that no other test and no earlier run used: the image is built, not found.
fn new(prepare: &str) -> ImageOptions {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    ImageOptions::new().prepare(format!("{prepare}\n# {}", now.as_nanos()))
}

/// A private image, whose file is removed with the test.
struct Own(Image);

impl Own {
    fn new(options: ImageOptions) -> Self {
        Self(Image::build(options).unwrap())
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0.info().path));
    }
}

/// Returns the reason why an image is refused.
#[track_caller]
fn refusal(result: Result<Image, Error>) -> String {
    match result {
        Err(Error::Image { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

fn value(sandbox: &Sandbox, code: &str) -> Option<Value> {
    success(&sandbox.execute(code).unwrap()).final_expression.clone()
}

/// Returns the image that several tests start from, built once.
pub(crate) fn prepared() -> &'static Image {
    static IMAGE: OnceLock<Image> = OnceLock::new();
    let prepare = include_str!("../../programs/prepare.py").to_owned();
    IMAGE.get_or_init(|| Image::build(ImageOptions::new().prepare(prepare)).unwrap())
}

fn on_prepared() -> Sandbox {
    Sandbox::on_image(prepared().clone(), options()).unwrap()
}

#[test]
fn an_image_needs_time_to_be_built() {
    let error = Image::build(ImageOptions::new().timeout(Duration::ZERO)).unwrap_err();
    assert_eq!(error.details().option.as_deref(), Some("timeout"), "{error}");
}

#[test]
fn modules_of_the_preparation_stay_and_its_names_do_not() {
    let code = "import sys\n['fractions' in sys.modules, 'secret' in globals(), 'f' in globals(), sys.modules['fractions'].kept, '/extra' in sys.path]";
    for _ in 0..2 {
        let result = on_prepared().execute(code).unwrap();
        assert_eq!(success(&result).final_repr.as_deref(), Some("[True, False, False, [1, 2], True]"));
        assert_eq!((result.stdout.as_str(), result.stderr.as_str()), ("", ""));
        on_prepared().execute("import fractions; fractions.kept.append(3)").unwrap();
    }
    assert_eq!(prepared().info().name, "prepared");
}

#[test]
fn files_of_the_preparation_are_there_in_every_run_and_changes_of_them_only_in_their_own() {
    let code = "import sys, os
found = [open('made/inside/text').read(), open('/tmp/scratch').read(), sys.kept_file.readline(), sys.kept_file.read()]
sys.written.write('b'); sys.written.seek(0)
found.append(sys.written.read())
open('made/inside/text', 'a').write(' and changed')
open('made/inside/new', 'w').close()
found.append(open('made/inside/text').read())
os.remove('log')
found";
    let sandbox = on_prepared();
    for _ in 0..3 {
        let result = sandbox.execute(code).unwrap();
        let expected = "['prepared', 's', 'line two\\n', '', 'ab', 'prepared and changed']";
        assert_eq!(success(&result).final_repr.as_deref(), Some(expected));
        let written: Vec<_> = result.output_files.keys().map(String::as_str).collect();
        assert_eq!(written, ["made/inside/new", "made/inside/text", "out"]);
        assert_eq!(result.deleted_files, ["log"]);
    }
    let mut session = sandbox.session().unwrap();
    let line = session.execute("import sys\nsys.kept_file.readline()").unwrap();
    assert_eq!(success(&line).final_repr.as_deref(), Some("'line two\\n'"));
    // The user's own files are in the upper layer.
    let result = sandbox.execute_with("open('log').read()", ExecuteOptions::new().file("log", "mine")).unwrap();
    assert_eq!(success(&result).final_repr.as_deref(), Some("'mine'"));
}

#[test]
fn a_moved_image_runs_where_its_wheels_are_not() {
    let (wheels, moved) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let files = [
        ("mover/__init__.py", "x = 1\n"),
        ("mover/later.py", "y = 41\ndef fail(): raise ValueError('from the wheel')\n"),
        ("mover/data.txt", "data of the wheel"),
    ];
    wheel(wheels.path(), "mover", "1.0", &files, &[]);
    let from = vec![wheels.path().to_str().unwrap().to_owned()];
    let built = new("").package("mover").packages_from(from);
    let own = Own::new(built);
    assert_eq!((own.0.info().name.as_str(), own.0.info().is_complete), ("mover+prepared", false));
    let reason = refusal(Image::open(&own.0.info().path));
    assert!(reason.contains("part of a cache"), "{reason}");

    let (first, second) = (moved.path().join("a.timg"), moved.path().join("b.timg"));
    own.0.save(&first).unwrap();
    // An image from a file can be written again.
    Image::open(&first).unwrap().save(&second).unwrap();
    drop((wheels, own));
    fs::remove_file(&first).unwrap();
    let image = Image::open(&second).unwrap();
    assert_eq!((image.info().packages.as_slice(), image.info().is_complete), (&["mover".to_owned()][..], true));
    let sandbox = Sandbox::new(options().image(second.clone())).unwrap();
    let code = "import sys\nloaded = 'mover' in sys.modules\nimport mover.later, importlib.resources as r\n[loaded, mover.x, mover.later.y, r.files('mover').joinpath('data.txt').read_text()]";
    let result = sandbox.execute(code).unwrap();
    assert_eq!(success(&result).final_repr.as_deref(), Some("[True, 1, 41, 'data of the wheel']"));
    assert_eq!(result.metrics.packages, ["mover"]);
    let result = sandbox.execute("import mover.later\nmover.later.fail()").unwrap();
    assert!(result.error.unwrap().traceback.contains("def fail(): raise ValueError('from the wheel')"));
    assert_eq!(Image::inspect(&second).unwrap(), *image.info());
}

#[test]
fn preparation_code_that_fails_is_an_error_with_its_traceback() {
    for (prepare, expected) in [
        (
            "import json\n\ndef f():\n    return {}['gone']\nf()",
            &["line 5, in <module>", "line 4, in f", "KeyError: 'gone'"][..],
        ),
        ("def", &["SyntaxError"]),
        ("raise SystemExit(3)", &["SystemExit", "3"]),
        ("import os\nos._exit(0)", &["ended the interpreter"]),
        ("import os\nos.abort()", &["ended the interpreter"]),
        ("import os, sys\nsys.kept = os.pipe()", &["descriptor 3", "cannot be kept"]),
        ("x = bytearray((1 << 31) - 100)", &["MemoryError"]),
    ] {
        let reason = refusal(Image::build(new(prepare)));
        for part in expected {
            assert!(reason.contains(part), "{prepare}: {reason}");
        }
        assert!(!reason.contains("_terrarium"), "{reason}");
    }
}

#[test]
fn preparation_code_that_never_ends_is_stopped() {
    for prepare in
        ["while True: pass", "while True:\n    try:\n        while True: pass\n    except BaseException: pass"]
    {
        let reason = refusal(Image::build(new(prepare).timeout(Duration::from_millis(300))));
        assert!(reason.contains("0.3") || reason.contains("ended the interpreter"), "{reason}");
    }
}

#[test]
fn an_image_is_built_once_and_then_found() {
    let steps = Mutex::new(Vec::new());
    let options = new("import colorsys");
    let built = |options: &ImageOptions| {
        let image = Image::build_with(options.clone(), |step| {
            let mut steps = steps.lock().unwrap();
            if steps.last() != Some(&step) {
                steps.push(step);
            }
            ControlFlow::Continue(())
        })
        .unwrap();
        (image, std::mem::take(&mut *steps.lock().unwrap()))
    };
    let (image, first) = built(&options);
    let own = Own(image);
    assert_eq!(
        first,
        [
            ImageProgress::Packages,
            ImageProgress::Boot,
            ImageProgress::Prepare,
            ImageProgress::Link,
            ImageProgress::Compile,
            ImageProgress::Write,
        ]
    );
    let (again, second) = built(&options);
    assert_eq!(second, [ImageProgress::Packages]);
    assert_eq!(again.info(), own.0.info());
    // The other limits of building are not part of the result.
    let (_, third) = built(&options.timeout(Duration::from_secs(17)));
    assert_eq!(third, [ImageProgress::Packages]);
    let listed = Image::list(None).unwrap();
    assert!(listed.contains(own.0.info()), "{listed:?}");
}

#[test]
fn two_processes_and_two_threads_that_build_the_same_image_build_it_once() {
    let image = new("import cmd");
    let job = Job {
        image: Some(image.clone()),
        steps: vec![Step { code: "import sys\n'cmd' in sys.modules".to_owned(), ..Step::default() }],
        ..Job::default()
    };
    let reports: Vec<_> = thread::scope(|scope| {
        let run = || run_job(probe(), &job, &[], Duration::from_secs(120));
        let running: Vec<_> = (0..2).map(|_| scope.spawn(run)).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for report in &reports {
        assert!(report.is_healthy(), "{:?} {:?} {}", report.ending, report.errors, report.stderr);
        assert_eq!(report.results[0].0.final_expression, Some(Value::Bool(true)));
    }
    let compiled = reports.iter().filter(|report| report.progress.iter().any(|step| step == "compiling")).count();
    assert_eq!(compiled, 1, "{:?}", reports.iter().map(|report| &report.progress).collect::<Vec<_>>());
    let found = Own::new(image);
    let folder = found.0.info().path.parent().unwrap().to_owned();
    let name = found.0.info().path.file_name().unwrap().to_owned();
    let left = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> =
        left.filter(|file| file != &name && file.to_string_lossy().contains(&*name.to_string_lossy())).collect();
    assert_eq!(left, Vec::<std::ffi::OsString>::new(), "locks and partial files");
}

#[test]
fn packages_come_on_top_of_an_image() {
    let dir = tempfile::tempdir().unwrap();
    wheel(dir.path(), "above", "1.0", &[("above.py", "import colorsys\nz = 7\n")], &[]);
    let options = options().package("above").package_source(dir.path().to_str().unwrap().to_owned());
    let sandbox = Sandbox::on_image(prepared().clone(), options.clone()).unwrap();
    assert_eq!(value(&sandbox, "import sys, above\nassert 'colorsys' in sys.modules\nabove.z"), int(7));
    let auto = Sandbox::on_image(prepared().clone(), options.packages(Packages::Auto)).unwrap();
    assert_eq!(value(&auto, "import sys\nimport above\nabove.z"), int(7));
    assert_eq!(auto.execute("1").unwrap().metrics.packages, Vec::<String>::new());
}

#[test]
fn without_preloading_each_run_loads_what_it_imports() {
    let dir = tempfile::tempdir().unwrap();
    wheel(dir.path(), "lazily", "1.0", &[("lazily.py", "z = 7\n")], &[]);
    let options = options().package("lazily").package_source(dir.path().to_str().unwrap().to_owned()).preload(false);
    let sandbox = Sandbox::new(options).unwrap();
    for _ in 0..2 {
        let code = "import sys\nassert 'lazily' not in sys.modules\nimport lazily\nlazily.z";
        assert_eq!(value(&sandbox, code), int(7));
        assert_eq!(sandbox.execute("1").unwrap().metrics.image, "base");
    }
}

#[test]
fn callbacks_of_the_preparation_can_be_called() {
    let code = "import ctypes, sys
numbers = (ctypes.c_int * 4)(3, 1, 2, 0)
ctypes.CDLL(None).qsort(numbers, 4, 4, sys.compare)
more = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda x: x + 1)
[sys.callback(20, 2.0), list(numbers), more(1)]";
    for _ in 0..3 {
        let result = on_prepared().execute(code).unwrap();
        assert_eq!(success(&result).final_repr.as_deref(), Some("[42, [0, 1, 2, 3], 2]"));
    }
}

#[test]
fn an_image_needs_its_memory() {
    let (base, large) = (Image::build(ImageOptions::default()).unwrap(), prepared());
    let (least, needed) = (base.info().memory, large.info().memory);
    assert!(needed > least + (19 << 20), "{needed} {least}");
    let error = Sandbox::on_image(large.clone(), options().memory(needed - 1)).unwrap_err();
    assert_eq!(error.details().option.as_deref(), Some("memory"), "{error}");
    let sandbox = Sandbox::on_image(large.clone(), options().memory(needed)).unwrap();
    assert_eq!(value(&sandbox, "import sys\nlen(sys.big) + sys.big[5]"), int(20 << 20));
}

#[test]
fn what_is_no_image_is_refused_with_the_reason() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    fs::write(path("empty"), "").unwrap();
    fs::write(path("text"), "this is no image\n".repeat(1000)).unwrap();
    wheel(dir.path(), "foreign", "1", &[("foreign.py", "")], &[]);
    for name in ["empty", "text", "foreign-1-py3-none-any.whl"] {
        for reason in [refusal(Image::open(path(name))), Image::inspect(path(name)).unwrap_err().to_string()] {
            assert!(reason.contains("no image"), "{name}: {reason}");
        }
    }
    let reason = refusal(Image::open(path("gone")));
    assert!(reason.contains("No such file"), "{reason}");
    refusal(Image::open(dir.path()));
    let options = options().image(path("text"));
    let error = Sandbox::new(options).unwrap_err().to_string();
    assert!(error.contains("text") && error.contains("no image"), "{error}");
}

/// The place where a process stores an image that is compiled with inlining.
const INLINED: &str = "TERRARIUM_TEST_INLINED";

/// The work of the process of [`inlined_in_another_process`]; does nothing in the test process.
#[test]
fn building_with_inlining_gives_its_memory_back() {
    let Some(path) = std::env::var_os(INLINED) else { return };
    let cache = tempfile::tempdir().unwrap();
    match Image::build(ImageOptions::new().inline(true).cache_dir(cache.path())) {
        Ok(image) => image.save(path).unwrap(),
        Err(error) => {
            assert!(error.to_string().contains("memory"), "{error}");
            return println!("skipped: {error}");
        }
    }
    let Resources { memory, peak_memory, .. } = Resources::now();
    assert!(peak_memory > 4 << 30, "the peak was {peak_memory} bytes: say so where it is documented");
    assert!(memory < 1 << 30, "{memory} bytes are left of {peak_memory}");
}

/// Returns an image that another process has compiled with inlining, which takes gigabytes; none if memory is missing.
fn inlined_in_another_process() -> Option<tempfile::NamedTempFile> {
    let file = tempfile::NamedTempFile::new().unwrap();
    let test = "images::building_with_inlining_gives_its_memory_back";
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.args(["--exact", test, "--nocapture"]).env(INLINED, file.path()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("1 passed"), "{told}{}", String::from_utf8_lossy(&output.stderr));
    if file.path().metadata().unwrap().len() == 0 {
        println!("{told}");
        return None;
    }
    Some(file)
}

#[test]
fn an_image_that_was_compiled_with_inlining_runs_beside_the_others() {
    let Some(file) = inlined_in_another_process() else { return };
    let inlined = Image::open(file.path()).unwrap();
    assert!(inlined.info().inline && !prepared().info().inline);
    let code = "sum(len(str(x)) for x in range(1000))";
    let sandbox = Sandbox::on_image(inlined.clone(), options()).unwrap();
    for sandbox in [&sandbox, &on_prepared(), &sandbox] {
        assert_eq!(value(sandbox, code), int(2890));
    }
    let mut session = sandbox.session().unwrap();
    let soon = ExecuteOptions::new().timeout(Duration::from_millis(200));
    assert_eq!(session.execute_with("kept = 1\nwhile True: pass", soon).unwrap().status, Status::Timeout);
    assert_eq!(success(&session.execute("kept").unwrap()).final_expression, int(1));
    let deep = session.execute("def f(): f()\nf()").unwrap();
    assert_eq!(deep.error.unwrap().kind, "RecursionError");
    // In a separate file too.
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("inlined.timg");
    inlined.save(&path).unwrap();
    assert!(Image::inspect(&path).unwrap().inline);
    let moved = Sandbox::on_image(Image::open(&path).unwrap(), options()).unwrap();
    assert_eq!(value(&moved, code), int(2890));
}

#[test]
fn a_program_that_brings_an_image_for_any_processor_needs_no_cache_folder() {
    let portable = Image::build(ImageOptions::new().portable(true)).unwrap();
    assert!(portable.info().portable && !prepared().info().portable);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("base.timg");
    portable.save(&path).unwrap();
    let nowhere = [("HOME", ""), ("XDG_CACHE_HOME", ""), ("TERRARIUM_CACHE_DIR", "")];
    let steps = vec![Step { code: "sum(x * 0.5 for x in range(9))".to_owned(), ..Step::default() }];
    let job = Job { base: Some(path), steps, ..Job::default() };
    let report = run_job(probe(), &job, &nowhere, Duration::from_secs(60));
    assert!(report.is_healthy(), "{report:?}");
    assert_eq!(report.results[0].0.final_expression, Some(Value::Float(18.0)));
    // Files that are no image of this version are skipped; a missing folder is an error.
    fs::write(dir.path().join("old.timg"), b"old").unwrap();
    let report =
        run_job(probe(), &Job { base: Some(dir.path().join("old.timg")), ..job }, &nowhere, Duration::from_secs(60));
    assert!(report.stderr.contains("set TERRARIUM_CACHE_DIR"), "{report:?}");
}
