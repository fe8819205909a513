//! Packages: their sources and dependencies, and that their code is compiled once.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use crate::support::success;
use terrarium_core::{
    CancelHandle, Deterministic, ExecuteOptions, Image, ImageOptions, Packages, Sandbox, SandboxOptions, Status, Value,
};
use terrarium_tests::{installed, options, run, run_in, wheel};

fn from(folder: &Path, packages: &[&str]) -> SandboxOptions {
    // Each test has a separate set; building an image for each takes long.
    options().packages(packages).package_source(folder.to_str().unwrap()).preload(false)
}

fn auto(folder: &Path) -> SandboxOptions {
    from(folder, &[]).packages(Packages::Auto)
}

/// Makes a folder with a package `top` that needs `middle`, and a package that no other needs.
fn wheels() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let top = [("top/__init__.py", "from middle import x\ny = x + 1\n"), ("top/data.txt", "text")];
    wheel(dir.path(), "Top_Level", "1.2", &top, &["middle>=1", "never; sys_platform == 'win32'"]);
    wheel(dir.path(), "middle", "2", &[("middle.py", "x = 41\n")], &["top-level"]);
    wheel(dir.path(), "apart", "3", &[("apart.py", "")], &[]);
    dir
}

#[test]
fn listed_packages_are_there_with_what_they_need_and_others_are_not() {
    let dir = wheels();
    let code = "import importlib.metadata as m, importlib.resources as r, importlib.util as u, top
[top.y, m.version('top-level'), r.files('top').joinpath('data.txt').read_text(), u.find_spec('apart') is None]";
    for name in ["top-level", "TOP_level", "top"] {
        let result = run_in(from(dir.path(), &[name]), code);
        assert_eq!(result.final_repr.as_deref(), Some("[42, '1.2', 'text', True]"), "{:?}", result.error);
        assert_eq!(result.metrics.packages, ["middle", "top-level"]);
        assert!(result.output_files.is_empty(), "{:?}", result.output_files.keys());
    }
}

#[test]
fn the_packages_that_the_code_imports_are_found() {
    let dir = wheels();
    let sandbox = Sandbox::new(auto(dir.path())).unwrap();
    let result = sandbox.execute("def f():\n    import top\n    return top.y\nf()").unwrap();
    assert_eq!(result.final_expression, Some(Value::Int(42)), "{:?}", result.error);
    let result = sandbox
        .execute_with("import helper; helper.apart.__name__", ExecuteOptions::new().file("helper.py", "import apart"))
        .unwrap();
    assert_eq!(result.final_repr.as_deref(), Some("'apart'"), "{:?}", result.error);
    assert_eq!(result.metrics.packages, ["apart"]);
    let result = sandbox.execute("try:\n    import nobody\nexcept ImportError:\n    print('none')").unwrap();
    assert_eq!(result.stdout, "none\n");
}

#[test]
fn a_session_gets_what_each_run_imports() {
    let dir = wheels();
    for deterministic in [None, Some(Deterministic::default())] {
        let mut session = Sandbox::new(auto(dir.path()).deterministic(deterministic)).unwrap().session().unwrap();
        let result =
            session.execute("try:\n    import middle2\nexcept ImportError: pass\nimport middle; middle.x").unwrap();
        assert_eq!(result.final_expression, Some(Value::Int(41)), "{:?}", result.error);
        let result = session.execute("import apart, top; middle.x + top.y").unwrap();
        assert_eq!(result.final_expression, Some(Value::Int(83)), "{:?}", result.error);
        assert!(result.output_files.is_empty(), "{:?}", result.output_files.keys());
    }
}

#[test]
fn a_session_that_was_lost_keeps_its_packages() {
    let dir = wheels();
    let mut session = Sandbox::new(auto(dir.path())).unwrap().session().unwrap();
    session.execute("import top").unwrap();
    assert!(session.execute("import os; os._exit(3)").unwrap().session_lost);
    let result = session.execute("import top; top.y").unwrap();
    assert_eq!(result.final_expression, Some(Value::Int(42)), "{:?}", result.error);
}

#[test]
fn packages_do_not_count_against_the_quotas_and_cannot_be_changed() {
    let dir = wheels();
    let options = from(dir.path(), &["top"]).file_bytes(100).file_count(16);
    let code = "import top
for act in (lambda: open(top.__file__, 'w'), lambda: __import__('os').remove(top.__file__)):
    try: act()
    except PermissionError: print('no')
top.y";
    let result = run_in(options, code);
    assert_eq!((result.stdout.as_str(), result.final_expression), ("no\nno\n", Some(Value::Int(42))));
}

#[test]
fn a_site_folder_is_there_as_a_whole() {
    let dir = tempfile::tempdir().unwrap();
    installed(dir.path(), "one", "1", &[("one.py", "x = 1"), ("bin/tool", "#!x")]);
    installed(dir.path(), "two", "2", &[("two/__init__.py", "x = 2")]);
    for options in [from(dir.path(), &[]), from(dir.path(), &["one"]), auto(dir.path())] {
        let result = run_in(options, "import one, two, importlib.metadata as m; [one.x, two.x, m.version('two')]");
        assert_eq!(result.final_repr.as_deref(), Some("[1, 2, '2']"), "{:?}", result.error);
    }
    // The packages that the options list are loaded before a run begins, and a changed folder is another one.
    let is_loaded = "import sys\n['one' in sys.modules, 'two' in sys.modules]";
    assert_eq!(
        run_in(from(dir.path(), &["one"]).preload(true), is_loaded).final_repr.as_deref(),
        Some("[True, False]")
    );
    assert_eq!(run_in(from(dir.path(), &[]).preload(true), is_loaded).final_repr.as_deref(), Some("[False, False]"));
    fs::write(dir.path().join("one.py"), "x = 1234").unwrap();
    assert_eq!(
        run_in(from(dir.path(), &["one"]).preload(true), "import one; one.x").final_repr.as_deref(),
        Some("1234")
    );
    let image = Image::build(ImageOptions::new().package("one").package_source(dir.path().to_str().unwrap())).unwrap();
    assert_eq!((image.info().modules.as_slice(), image.info().versions.len()), (&["one".to_owned()][..], 2));
}

#[test]
fn a_missing_module_says_which_package_has_it() {
    let result = run("import PIL.Image");
    let error = result.error.unwrap();
    let expected = "No module named 'PIL'. The package Pillow provides it: add \"Pillow\" to the option `packages`";
    assert_eq!(error.message, expected);
    assert!(error.traceback.ends_with(&format!("ModuleNotFoundError: {expected}\n")), "{}", error.traceback);
    assert_eq!(run("import nobody_has_it").error.unwrap().message, "No module named 'nobody_has_it'");
    let dir = wheels();
    let message = run_in(from(dir.path(), &["middle"]), "import apart").error.unwrap().message;
    assert!(message.contains("The package apart provides it"), "{message}");
}

#[test]
fn a_package_that_nobody_has_is_an_error_of_the_host() {
    let dir = wheels();
    let error = Sandbox::new(from(dir.path(), &["midle"])).unwrap_err();
    assert_eq!(error.code(), "package_unknown", "{error}");
    assert!(error.to_string().contains("did you mean middle?"), "{error}");
}

#[test]
fn sources_that_do_not_compile_are_left_to_python() {
    let dir = tempfile::tempdir().unwrap();
    let files = [("old/__init__.py", "x = 1"), ("old/two.py", "print 'x'"), ("old/nul.py", "x = '\0'")];
    wheel(dir.path(), "old", "1", &files, &[]);
    let code = "import old\ntry:\n    import old.two\nexcept SyntaxError as e: print(type(e).__name__)\nold.x";
    let result = run_in(from(dir.path(), &["old"]), code);
    assert_eq!((result.stdout.as_str(), result.final_expression), ("SyntaxError\n", Some(Value::Int(1))));
}

/// Returns the files of the cache with this ending.
fn cached(dir: &Path, end: &str) -> Vec<std::path::PathBuf> {
    let files = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.to_str().unwrap().ends_with(end)).collect()
}

#[test]
fn sources_are_compiled_once_and_the_bytecode_is_used_by_the_next_process() {
    // A separate cache, with the interpreter in it.
    run("");
    let cache = tempfile::tempdir().unwrap();
    for file in cached(&terrarium_core::About::new().unwrap().cache_dir.unwrap(), ".cwasm") {
        // The cache can be large; it may be on another disk.
        let place = cache.path().join(file.file_name().unwrap());
        fs::hard_link(&file, &place).or_else(|_| fs::copy(&file, &place).map(drop)).unwrap();
    }
    let x = |dir: &Path, cache_dir: &Path| {
        let options = from(dir, &["a"]).cache_dir(cache_dir);
        run_in(options, "import a, os; assert os.path.exists(a.__spec__.cached), a.__spec__.cached\na.x")
            .final_expression
    };
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    wheel(one.path(), "a", "1", &[("a.py", "x = 1")], &[]);
    wheel(two.path(), "a", "1", &[("a.py", "x = 2")], &[]);

    assert_eq!(x(one.path(), cache.path()), Some(Value::Int(1)));
    let first = cached(cache.path(), ".pyc.zip");
    assert_eq!(first.len(), 1);
    assert_eq!(x(two.path(), cache.path()), Some(Value::Int(2)));
    let second = cached(cache.path(), ".pyc.zip").into_iter().find(|path| *path != first[0]).unwrap();

    // If the source were compiled again, the other wheel's bytecode in its place would not show. A folder of another
    // name represents another process: the memory of the present one is not used.
    fs::copy(&second, &first[0]).unwrap();
    assert_eq!(x(one.path(), &cache.path().join(".")), Some(Value::Int(2)));

    // Damaged bytecode costs time and nothing else.
    fs::write(&first[0], b"nonsense").unwrap();
    let third = cache.path().join("..").join(cache.path().file_name().unwrap());
    let options = from(one.path(), &["a"]).cache_dir(third);
    assert_eq!(run_in(options, "import a; a.x").final_expression, Some(Value::Int(1)));
}

#[test]
fn a_package_cannot_put_code_into_the_bytecode_of_another() {
    let dir = tempfile::tempdir().unwrap();
    // If it were importable where packages are compiled, it would replace the library's.
    wheel(dir.path(), "bad", "1", &[("py_compile.py", "def compile(*a, **k): raise SystemExit('taken over')")], &[]);
    wheel(dir.path(), "good", "1", &[("good.py", "x = 1")], &["bad"]);
    let result = run_in(from(dir.path(), &["good"]), "import good, os; [good.x, os.path.exists(good.__spec__.cached)]");
    assert_eq!(result.final_repr.as_deref(), Some("[1, True]"), "{:?}", result.error);
}

#[test]
fn what_is_given_with_the_run_counts_for_auto_too() {
    let dir = wheels();
    let sandbox = Sandbox::new(auto(dir.path())).unwrap();
    let options = ExecuteOptions::new().file("a.py", "import top");
    let result = sandbox.execute_with("import a; a.top.y", options).unwrap();
    assert_eq!(result.final_expression, Some(Value::Int(42)), "{:?}", result.error);
}

#[test]
fn a_wheel_that_was_replaced_is_read_anew() {
    let dir = tempfile::tempdir().unwrap();
    for version in [1, 2] {
        let code = format!("x = {version}");
        let path = dir.path().join("new.whl");
        fs::rename(wheel(dir.path(), "a", "1", &[("a.py", &code)], &[]), &path).unwrap();
        fs::rename(&path, dir.path().join("a-1-py3-none-any.whl")).unwrap();
        let result = run_in(from(dir.path(), &["a"]), "import a; a.x");
        assert_eq!(result.final_expression, Some(Value::Int(version)));
    }
}

/// Returns the site folder that set-up made with pip.
fn site() -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/site").to_owned()
}

#[test]
fn the_import_of_a_package_of_a_site_folder_for_another_machine_says_how_to_make_the_folder() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &[u8]| {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    let hash = "sha256=ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0,3";
    write("empty_core-0.1.dist-info/RECORD", format!("empty_core-0.1.dist-info/METADATA,{hash}\n").as_bytes());
    for (name, file) in [("fast", "_core.cpython-314-x86_64-linux-gnu.so"), ("plain", "_core.so")] {
        let record = format!("{name}/__init__.py,{hash}\n{name}/{file},{hash}\n");
        write(&format!("{name}-2.dist-info/RECORD"), record.as_bytes());
        write(&format!("{name}/__init__.py"), format!("import {name}._core\n").as_bytes());
        write(&format!("{name}/{file}"), b"\x7fELF and more");
    }
    write("good-1.dist-info/RECORD", format!("good.py,{hash}\n").as_bytes());
    write("good.py", b"import nowhere_at_all");
    let sandbox = Sandbox::new(options().package_source(dir.path().to_str().unwrap()).preload(false)).unwrap();
    let message = |code: &str| sandbox.execute(code).unwrap().error.unwrap().message;
    for (module, expected) in [
        (
            "empty_core",
            "package empty-core 0.1 has no files besides its metadata: make the folder anew with `pip install",
        ),
        (
            "fast",
            "package fast 2 has libraries for another platform, such as fast/_core.cpython-314-x86_64-linux-gnu.so",
        ),
        ("plain", "package plain 2 has libraries for another platform, such as plain/_core.so"),
    ] {
        let message = message(&format!("import {module}"));
        assert!(message.contains(expected) && message.contains("--python-version 3.14 --platform"), "{message}");
        assert!(!message.contains(dir.path().to_str().unwrap()), "{message}");
    }
    assert_eq!(message("import good"), "No module named 'nowhere_at_all'");
}

#[test]
fn wheels_of_the_python_index_work_from_a_site_folder() {
    let options = options().package_source(site()).timeout(None);
    let result = run_in(options, include_str!("../../programs/site.py"));
    assert_eq!(success(&result).stdout, include_str!("../../programs/site.out"));
}

#[test]
fn a_figure_of_plotly_is_shown_once_as_json_and_html() {
    let options = options().package_source(site()).timeout(None);
    let code = "import plotly.graph_objects as go\ngo.Figure(go.Bar(x=[1], y=[2])).show()\ngo.Figure()";
    let result = run_in(options, code);
    let kinds =
        success(&result).displays.iter().map(|display| display.data.keys().map(String::as_str).collect::<Vec<_>>());
    let both = vec!["application/vnd.plotly.v1+json", "text/html", "text/plain"];
    assert_eq!(kinds.collect::<Vec<_>>(), [both.clone(), both]);
    assert_eq!(result.stderr, "");
}

#[test]
fn packages_are_prepared_before_a_run_and_nothing_is_run() {
    let dir = wheels();
    let sandbox = Sandbox::new(auto(dir.path())).unwrap();
    sandbox.prepare_packages("import top, nobody_has_it; 1 / 0").unwrap();
    assert_eq!(sandbox.execute("import top; top.y").unwrap().final_expression, Some(Value::Int(42)));
    // The packages of a list are ready, and code that cannot be read imports nothing.
    Sandbox::new(from(dir.path(), &["top"])).unwrap().prepare_packages("import (").unwrap();
    let error = Sandbox::new(auto(dir.path()).code_bytes(4)).unwrap().prepare_packages("import top").unwrap_err();
    assert_eq!(error.code(), "too_large");
}

#[test]
fn the_preparation_of_packages_counts_against_the_timeout_and_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let module: String = (0..2000).map(|number| format!("def f{number}(x): return [x, {{'a': x}}][0]\n")).collect();
    let names: Vec<String> = (0..10).map(|number| format!("slow/m{number}.py")).collect();
    let mut files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), module.as_str())).collect();
    files.push(("slow/__init__.py", "x = 1"));
    wheel(dir.path(), "slow", "1", &files, &[]);
    wheel(dir.path(), "quick", "1", &[("quick.py", "x = 2")], &[]);
    let cache = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::new(auto(dir.path()).cache_dir(cache.path())).unwrap();
    let within = |code: &str, milliseconds: u64| {
        let started = Instant::now();
        let options = ExecuteOptions::new().timeout(Duration::from_millis(milliseconds));
        (sandbox.execute_with(code, options).unwrap(), started.elapsed())
    };
    assert_eq!(within("import quick; quick.x", 60_000).0.final_expression, Some(Value::Int(2)));
    let (late, took) = within("import slow; slow.x", 100);
    assert_eq!(late.status, Status::Timeout, "{late:?}");
    let message = late.error.unwrap().message;
    assert!(message.starts_with("the run was stopped after 0.1 s: its packages are still"), "{message}");
    assert!(message.ends_with("`prepare_packages` does that before a run"), "{message}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    // A set of packages that is ready does not wait for the other.
    assert_eq!(within("import quick; quick.x", 5_000).0.final_expression, Some(Value::Int(2)));
    sandbox.prepare_packages("import slow").unwrap();
    assert_eq!(within("import slow; slow.x", 5_000).0.final_expression, Some(Value::Int(1)));

    let cancel = CancelHandle::new();
    cancel.cancel();
    wheel(dir.path(), "third", "1", &[("third.py", "x = 3")], &[]);
    let again = Sandbox::new(auto(dir.path()).cache_dir(cache.path())).unwrap();
    let result = again.execute_with("import third", ExecuteOptions::new().cancel(cancel)).unwrap();
    assert_eq!(result.status, Status::Cancelled, "{result:?}");
}
