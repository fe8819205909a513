//! Layered images: packages without machine code are added to an image, and nothing is compiled for them.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use terrarium_core::{CacheFolder, CacheKind, Image, ImageOptions, Packages, Sandbox, SandboxOptions, Status};
use terrarium_tests::{corpus, options, wheel};

use crate::support::{cache, success};

/// The most bytes of an image that contains no machine code.
const LAYER: u64 = 16 << 20;

fn listed(cache: &Path, names: &[&str]) -> SandboxOptions {
    let packages = Packages::List(names.iter().map(|name| (*name).to_owned()).collect());
    options().packages(packages).package_source(corpus()).cache_dir(cache)
}

/// Returns the names and sizes of the images in a cache folder.
fn images(cache: &Path) -> Vec<(String, u64)> {
    let entries = CacheFolder::open(Some(cache)).unwrap().list().unwrap();
    let images = entries.into_iter().filter(|entry| entry.kind == CacheKind::Image);
    images.map(|entry| (entry.name, entry.bytes)).collect()
}

/// Makes a folder of the corpus' wheels and others.
fn sources(own: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in own {
        wheel(dir.path(), name, "1.0", &[(&format!("{name}.py"), text)], &[]);
    }
    dir
}

#[test]
fn packages_without_machine_code_are_a_layer_on_the_bare_image() {
    let cache = cache();
    let sandbox = Sandbox::new(listed(cache.path(), &["openpyxl"])).unwrap();
    let code = "import sys\nloaded = 'openpyxl' in sys.modules\nimport openpyxl\nbook = openpyxl.Workbook()
book.active['A1'] = 42\nbook.save('x.xlsx')\n[loaded, openpyxl.load_workbook('x.xlsx').active['A1'].value]";
    for _ in 0..3 {
        let result = sandbox.execute(code).unwrap();
        assert_eq!(success(&result).final_repr.as_deref(), Some("[True, 42]"));
        assert_eq!(result.metrics.image, "openpyxl");
        assert!(result.output_files.contains_key("x.xlsx"));
    }
    let mut session = sandbox.session().unwrap();
    success(&session.execute("from openpyxl.utils import get_column_letter as letter").unwrap());
    assert_eq!(session.execute("letter(28)").unwrap().final_repr.as_deref(), Some("'AB'"));
    // Fresh randomness and exit functions, as on any image.
    let draw = || sandbox.execute("import random, tempfile; random.random()").unwrap().final_repr;
    assert_ne!(draw(), draw());
    let exits = sandbox.execute("import atexit, sys\natexit.register(print, 'end')\nsys.exit(3)").unwrap();
    assert_eq!((exits.stdout.as_str(), exits.exit_code), ("end\n", Some(3)));
    let found = images(cache.path());
    assert!(found.iter().any(|(name, bytes)| name == "openpyxl" && *bytes < LAYER), "{found:?}");
}

#[test]
fn they_are_added_to_an_image_with_machine_code_and_it_alone_is_compiled() {
    let cache = cache();
    let below = ImageOptions::new().package("kiwisolver").package_source(corpus()).cache_dir(cache.path());
    let below = Image::build(below).unwrap().info().path.clone();
    let make = || {
        let sandbox = Sandbox::new(listed(cache.path(), &["kiwisolver", "six"])).unwrap();
        let code = "import sys\nloaded = ['kiwisolver' in sys.modules, 'six' in sys.modules]
from kiwisolver import Variable\nimport six\nloaded, (2 * Variable('x') + 1).constant(), six.text_type";
        let result = sandbox.execute(code).unwrap();
        let shown = success(&result).final_repr.clone().unwrap();
        assert_eq!(shown, "([True, True], 1.0, <class 'str'>)");
        result.metrics.image
    };
    assert_eq!(make(), "kiwisolver+six");
    let found = images(cache.path());
    assert_eq!(found.iter().filter(|(_, bytes)| *bytes > LAYER).count(), 2, "{found:?}");
    assert_eq!(make(), "kiwisolver+six");
    assert_eq!(images(cache.path()), found);
    let info = Image::list(Some(cache.path())).unwrap();
    let layer = info.iter().find(|info| info.name == "kiwisolver+six").unwrap();
    assert_eq!(layer.versions.len(), 2, "{layer:?}");
    assert!(Image::open(&layer.path).is_err(), "it is part of the cache");
    assert!(below.exists());
}

#[test]
fn a_package_that_looks_for_others_when_it_is_imported_finds_them() {
    let looks = "try:\n    import beside\n    found = True\nexcept ImportError:\n    found = False\n";
    let asks = "from importlib import metadata\ntry:\n    found = metadata.version('beside')\nexcept metadata.PackageNotFoundError:\n    found = None\n";
    let lists = "from importlib import metadata\nfound = sorted(d.name for d in metadata.distributions() if d.name in ('beside', 'lists'))\n";
    for (name, text, expected) in
        [("looks", looks, "True"), ("asks", asks, "'1.0'"), ("lists", lists, "['beside', 'lists']")]
    {
        let (cache, own) = (cache(), sources(&[(name, text), ("beside", "x = 1"), ("other", "y = 1")]));
        let path = own.path().to_str().unwrap();
        let built = ImageOptions::new().package(name).package_source(path).cache_dir(cache.path());
        Image::build(built).unwrap();
        let listed = |names: &[&str]| listed(cache.path(), names).package_source(path);
        let result = Sandbox::new(listed(&[name, "beside"])).unwrap().execute(&format!("import {name}; {name}.found"));
        assert_eq!(success(&result.unwrap()).final_repr.as_deref(), Some(expected), "{name}");
        let result = Sandbox::new(listed(&[name, "other"])).unwrap().execute(&format!("import other, {name}; other.y"));
        assert_eq!(success(&result.unwrap()).final_repr.as_deref(), Some("1"), "{name}");
    }
}

#[test]
fn callbacks_of_a_layer_can_be_called_and_libraries_are_loaded_on_it() {
    let calls = "import ctypes\nKIND = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)\nkept = KIND(lambda x: x + 1)\n";
    let (cache, own) = (cache(), sources(&[("calls", calls)]));
    let options = listed(cache.path(), &["calls"]).package_source(own.path().to_str().unwrap());
    let sandbox = Sandbox::new(options).unwrap();
    let code = "import ctypes, calls\nown = calls.KIND(lambda x: 2 * x)
[calls.kept(41), own(21), ctypes.cast(calls.kept, calls.KIND)(1), ctypes.pythonapi.Py_IsInitialized()]";
    for _ in 0..3 {
        assert_eq!(success(&sandbox.execute(code).unwrap()).final_repr.as_deref(), Some("[42, 42, 2, 1]"));
    }
    let found = images(cache.path());
    assert!(found.iter().any(|(name, bytes)| name == "calls" && *bytes < LAYER), "{found:?}");
    let mut session = sandbox.session().unwrap();
    let install = "import micropip\nawait micropip.install('kiwisolver')\nimport kiwisolver, calls
[(2 * kiwisolver.Variable('x') + 1).constant(), calls.kept(1)]";
    assert_eq!(success(&session.execute(install).unwrap()).final_repr.as_deref(), Some("[1.0, 2]"));
}

#[test]
fn a_layer_whose_image_is_gone_is_made_again() {
    let (cache, own) = (cache(), sources(&[("extra", "x = 5")]));
    let below = ImageOptions::new().package("kiwisolver").package_source(corpus()).cache_dir(cache.path());
    let below = Image::build(below).unwrap().info().path.clone();
    let job = |code: &str| {
        let options = listed(cache.path(), &["kiwisolver", "extra"]).package_source(own.path().to_str().unwrap());
        let step = terrarium_tests::Step { code: code.to_owned(), ..Default::default() };
        let job = terrarium_tests::Job { options, steps: vec![step], ..Default::default() };
        let report = terrarium_tests::run_job(crate::support::probe(), &job, &[], Duration::from_secs(600));
        assert!(report.is_healthy(), "{report:?}");
        report.results[0].0.clone()
    };
    let code = "import kiwisolver, extra; extra.x";
    assert_eq!(success(&job(code)).final_repr.as_deref(), Some("5"));
    let layer =
        Image::list(Some(cache.path())).unwrap().into_iter().find(|info| info.name == "kiwisolver+extra").unwrap();
    assert!(layer.size < LAYER, "{layer:?}");
    // A damaged layer is made again.
    let bytes = fs::read(&layer.path).unwrap();
    fs::write(&layer.path, &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(success(&job(code)).final_repr.as_deref(), Some("5"));
    assert_eq!(fs::read(&layer.path).unwrap().len(), bytes.len());
    fs::remove_file(&below).unwrap();
    assert!(Image::prune(Some(cache.path()), None).unwrap().contains(&layer.path));
    assert_eq!(success(&job(code)).final_repr.as_deref(), Some("5"));
}

#[test]
fn after_many_runs_a_layer_is_replaced_by_an_image() {
    let (cache, own) = (cache(), sources(&[("extra", "x = 5")]));
    let options = listed(cache.path(), &["extra"]).package_source(own.path().to_str().unwrap()).quick_start(true);
    let sandbox = Sandbox::new(options).unwrap();
    let until = Instant::now() + Duration::from_secs(600);
    let is_whole = || images(cache.path()).iter().any(|(name, bytes)| name == "extra" && *bytes > LAYER);
    while !is_whole() {
        for _ in 0..500 {
            assert_eq!(sandbox.execute("import extra; extra.x").unwrap().status, Status::Success);
        }
        assert!(Instant::now() < until, "{:?}", images(cache.path()));
    }
    assert_eq!(sandbox.execute("import extra; extra.x").unwrap().final_repr.as_deref(), Some("5"));
}

#[test]
fn packages_that_code_imports_get_an_image_which_serves_smaller_sets_too() {
    let cache = cache();
    let options = || options().packages(Packages::Auto).package_source(corpus()).cache_dir(cache.path());
    let sandbox = Sandbox::new(options().quick_start(true)).unwrap();
    let code = "import sys\nloaded = 'kiwisolver' in sys.modules\nimport kiwisolver, six\n[loaded, (2 * kiwisolver.Variable('x') + 1).constant()]";
    let first = sandbox.execute(code).unwrap();
    assert_eq!(success(&first).final_repr.as_deref(), Some("[False, 1.0]"));
    assert_eq!(first.metrics.packages, ["kiwisolver", "six"]);
    let until = Instant::now() + Duration::from_secs(600);
    loop {
        let result = sandbox.execute(code).unwrap();
        assert_eq!(success(&result).metrics.packages, ["kiwisolver", "six"]);
        if result.final_repr.as_deref() == Some("[True, 1.0]") {
            assert_eq!(result.metrics.image, "kiwisolver+six");
            break;
        }
        assert!(Instant::now() < until, "{result:?}");
        thread::sleep(Duration::from_millis(50));
    }
    // Another sandbox, and a smaller set; neither builds.
    let other = Sandbox::new(options()).unwrap();
    let result = other.execute("import six\nsix.PY3").unwrap();
    assert_eq!(
        (success(&result).metrics.image.as_str(), result.metrics.packages.clone()),
        ("kiwisolver+six", vec!["six".to_owned()])
    );
    let result = other.execute("1 + 1").unwrap();
    assert_eq!(success(&result).metrics.image, "base");
    let quick = Sandbox::new(options().quick_start(true)).unwrap();
    quick.prepare_packages("import click").unwrap();
    let result = quick.execute("import sys\nloaded = 'click' in sys.modules\nimport click\nloaded").unwrap();
    assert_eq!((success(&result).metrics.image.as_str(), result.final_repr.as_deref()), ("click", Some("True")));
    // A package that no image has is imported by the run.
    let result = other.execute("import six, click\nclick.__name__").unwrap();
    assert_eq!((success(&result).metrics.image.as_str(), result.final_repr.as_deref()), ("base", Some("'click'")));
}

#[test]
fn deterministic_runs_repeat_whatever_the_cache_folder_has() {
    let (cache, own) = (cache(), sources(&[("extra", "import uuid, random\nown = random.Random()")]));
    let fixed = |cache: &Path| {
        let options = listed(cache, &["extra"]).package_source(own.path().to_str().unwrap()).quick_start(true);
        options.deterministic(terrarium_core::Deterministic::default())
    };
    let code = "import extra, random, time\n[extra.uuid.uuid4().hex, extra.own.random(), random.random(), time.time()]";
    let run = |options| {
        let result = Sandbox::new(options).unwrap().execute(code).unwrap();
        success(&result).final_repr.clone().unwrap()
    };
    // A layer is there, and is not used.
    let layer = listed(cache.path(), &["extra"]).package_source(own.path().to_str().unwrap());
    success(&Sandbox::new(layer).unwrap().execute("import extra").unwrap());
    let first = run(fixed(cache.path()));
    assert_eq!(run(fixed(cache.path())), first);
    let empty = crate::support::cache();
    assert_eq!(run(fixed(empty.path())), first);
}
