//! Packages that code installs while it runs, and what the option `install` permits.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use crate::support;
use terrarium_core::{ExecuteOptions, ExecutionResult, Install, Packages, Sandbox, SandboxOptions, Status, Value};
use terrarium_tests::{options, run_in, wheel};

/// Makes a folder with packages: `top` needs `middle`, of which there are two versions.
fn wheels() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    wheel(dir.path(), "top", "1.2", &[("top/__init__.py", "from middle import x\ny = x + 1\n")], &["middle>=1"]);
    wheel(dir.path(), "middle", "1", &[("middle.py", "x = 40\n")], &[]);
    wheel(dir.path(), "middle", "2", &[("middle.py", "x = 41\n")], &[]);
    wheel(dir.path(), "needy", "3", &[("needy.py", "")], &["middle>=2"]);
    wheel(dir.path(), "lacking", "1", &[("lacking.py", "")], &["nowhere"]);
    dir
}

fn success(result: ExecutionResult) -> ExecutionResult {
    support::success(&result);
    result
}

fn from(folder: &Path) -> SandboxOptions {
    options().package_source(folder.to_str().unwrap()).preload(false)
}

#[test]
fn every_way_to_install_leads_to_a_package_that_can_be_imported_at_once() {
    let dir = wheels();
    let sandbox = Sandbox::new(from(dir.path())).unwrap();
    for way in [
        "%pip install top",
        "!pip install -q top",
        "!python -m pip install 'top>=1' --upgrade",
        "!uv pip install top",
        "%conda install -y top",
        "import micropip\nawait micropip.install('top')",
        "import subprocess, sys\nsubprocess.check_call([sys.executable, '-m', 'pip', 'install', 'top'])",
        "import subprocess\nsubprocess.run('pip install top', shell=True, check=True)",
        "import os\nassert os.system('pip3 install top') == 0",
        "import pip\nassert pip.main(['install', 'top']) == 0",
        "import sys, runpy\nsys.argv = ['pip', 'install', 'top']\ntry: runpy.run_module('pip', run_name='__main__')\nexcept SystemExit as e: assert e.code == 0",
        "open('r.txt', 'w').write('# packages\\ntop==1.2 # here\\n')\n%pip install -r r.txt",
    ] {
        let code = format!(
            "try: import top\nexcept ImportError: pass\n{way}\nimport top, importlib.metadata as m\n[top.y, m.version('middle')]"
        );
        let result = success(sandbox.execute(&code).unwrap());
        assert_eq!(result.final_repr.as_deref(), Some("[42, '2']"), "{way}");
        assert_eq!(result.metrics.packages, ["middle", "top"], "{way}");
        if way == "%pip install top" {
            let expected = "Installing collected packages: middle, top\nSuccessfully installed middle-2 top-1.2\n";
            assert_eq!((result.stdout.as_str(), result.stderr.as_str()), (expected, ""));
        }
        assert!(result.output_files.keys().all(|path| path == "r.txt"), "{:?}", result.output_files.keys());
    }
    // The next run starts without it.
    let message = sandbox.execute("import top").unwrap().error.unwrap().message;
    assert!(message.ends_with("or let the code install it: `%pip install top`"), "{message}");
}

#[test]
fn a_session_keeps_what_it_installed_also_when_its_interpreter_is_lost() {
    let dir = wheels();
    for packages in [Packages::default(), Packages::Auto] {
        let mut session = Sandbox::new(from(dir.path()).packages(packages)).unwrap().session().unwrap();
        success(session.execute("%pip install middle==1").unwrap());
        let result = success(session.execute("import middle; middle.x").unwrap());
        assert_eq!(result.final_expression, Some(Value::Int(40)));
        success(session.execute("%pip install top").unwrap());
        let result = success(session.execute("import top; top.y").unwrap());
        assert_eq!(result.final_expression, Some(Value::Int(41)), "the version that is there stays");
        assert_eq!(result.metrics.packages, ["middle", "top"]);
        let code =
            "import subprocess\nsubprocess.run(['pip', 'install', 'needy'], capture_output=True, text=True).stderr";
        let result = success(session.execute(code).unwrap());
        let text = format!("{:?}", result.final_expression);
        assert!(
            text.contains("needy 3 requires middle>=2") && text.contains("installed packages keep their versions"),
            "{text}"
        );
        assert!(session.execute("import os; os._exit(3)").unwrap().session_lost);
        let code = "import top\n%pip install top middle\n%pip list\ntop.y";
        let result = success(session.execute(code).unwrap());
        assert_eq!(result.final_expression, Some(Value::Int(41)));
        assert!(result.stdout.contains("Requirement already satisfied: top in /lib/python3.14/site-packages (1.2)"));
        assert!(result.stdout.contains("\nmiddle  1\n"), "{}", result.stdout);
        session.reset().unwrap();
        let code = "import importlib.metadata as m\n[d.name for d in m.distributions() if d.name in ('top', 'middle')]";
        assert_eq!(success(session.execute(code).unwrap()).final_repr.as_deref(), Some("[]"));
    }
}

#[test]
fn packages_of_the_sandbox_count_as_installed() {
    let dir = wheels();
    let sandbox = Sandbox::new(from(dir.path()).packages(["middle<2"])).unwrap();
    let result = success(sandbox.execute("%pip install middle\n%pip install top\nimport top; top.y").unwrap());
    assert_eq!(result.final_expression, Some(Value::Int(41)));
    let lines: Vec<&str> = result.stdout.lines().collect();
    assert_eq!(lines[0], "Requirement already satisfied: middle in /lib/python3.14/site-packages (1)");
    assert_eq!(lines[2], "Successfully installed top-1.2");
}

#[test]
fn with_the_option_off_nothing_is_installed_and_the_code_is_told() {
    let dir = wheels();
    let sandbox = Sandbox::new(from(dir.path()).install(Install::Off)).unwrap();
    let result = success(sandbox.execute("%pip install top\n1").unwrap());
    assert!(
        result.stderr.contains("ERROR: code may not install packages here (the option `install`"),
        "{}",
        result.stderr
    );
    let error = sandbox.execute("import micropip\nawait micropip.install('top')").unwrap().error.unwrap();
    assert_eq!(error.kind, "ValueError");
    assert!(error.message.contains("add them to the option `packages`"), "{}", error.message);
    let message = sandbox.execute("import top").unwrap().error.unwrap().message;
    assert!(!message.contains("%pip"), "{message}");
}

#[test]
fn what_cannot_be_installed_is_named_without_the_paths_of_the_host_and_nothing_changes() {
    let dir = wheels();
    std::fs::write(dir.path().join("broken-1-py3-none-any.whl"), "no archive").unwrap();
    let sandbox = Sandbox::new(from(dir.path())).unwrap();
    for (requirements, expected) in [
        ("mddle", "no package \"mddle\" (did you mean middle?)"),
        ("top lacking", "no package \"nowhere\", needed by \"lacking\""),
        ("\"middle>2\"", "you require middle>2"),
        ("broken", "broken-1-py3-none-any.whl: "),
        ("\"a @ https://example.com/a.whl\"", "is no name of a package"),
        ("./top-1.2-py3-none-any.whl", "is no name of a package"),
        ("\"===\"", "ERROR: "),
        ("--index-url https://example.com top", "--index-url does not work here: the host chooses the index"),
        ("--nonsense top", "no such option: --nonsense"),
        ("-r absent.txt", "Could not open requirements file: [Errno 44] No such file or directory: 'absent.txt'"),
        ("", "You must give at least one requirement"),
    ] {
        let code = format!("%pip install {requirements}\nimport importlib.util as u\nu.find_spec('top')");
        let result = success(sandbox.execute(&code).unwrap());
        assert!(result.stderr.contains(expected), "{requirements}: {}", result.stderr);
        assert!(!result.stderr.contains(dir.path().to_str().unwrap()), "{}", result.stderr);
        assert_eq!((result.stdout.as_str(), result.final_repr), ("", None), "{requirements}");
    }
}

#[test]
fn the_number_and_the_bytes_of_packages_are_bounded() {
    let dir = tempfile::tempdir().unwrap();
    for number in 0..101 {
        let module = format!("p{number}.py");
        wheel(dir.path(), &format!("p{number}"), "1", &[(module.as_str(), "")], &[]);
    }
    let code = "import subprocess
def pip(*names): return subprocess.run(['pip', 'install', *names], capture_output=True, text=True)
a = pip(*[f'p{n}' for n in range(101)])
b = pip(*[f'p{n}' for n in range(60)])
c = pip(*[f'p{n}' for n in range(60, 101)])
d = pip(*[f'p{n}' for n in range(60, 100)])
import p0, p99
[a.stderr, b.returncode, c.stderr, d.returncode]";
    let result = success(run_in(from(dir.path()), code));
    let expected = "['ERROR: 101 requirements are given, the limit is 100\\n', 0, \
        'ERROR: 101 packages would be installed, the limit is 100\\n', 0]";
    assert_eq!(result.final_repr.as_deref(), Some(expected));
}

#[test]
fn requests_of_hostile_code_are_refused_and_the_host_goes_on() {
    let dir = wheels();
    let code = include_str!("../../programs/install_requests.py");
    let result = success(run_in(from(dir.path()).timeout(Duration::from_secs(120)), code));
    assert_eq!(result.final_repr.as_deref(), Some("[2008, 42]"));
}

#[test]
fn a_run_that_installs_ends_at_its_deadline() {
    let dir = wheels();
    let sandbox = Sandbox::new(from(dir.path())).unwrap();
    let code = "from _terrarium.library.installs import install, Refused
while True:
    try: install(['nobody'])
    except Refused: pass";
    let begun = Instant::now();
    let result = sandbox.execute_with(code, ExecuteOptions::new().timeout(Duration::from_millis(300))).unwrap();
    assert_eq!(result.status, Status::Timeout);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn the_steps_of_an_installation_are_events() {
    let dir = wheels();
    let steps = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = std::sync::Arc::clone(&steps);
    let events = ExecuteOptions::new().on_event(move |event| {
        if let terrarium_core::Event::Progress(progress) = event {
            sink.lock().unwrap().push(progress.to_string());
        }
    });
    let sandbox = Sandbox::new(from(dir.path())).unwrap();
    success(sandbox.execute_with("import micropip\nawait micropip.install('top')", events).unwrap());
    let steps = steps.lock().unwrap();
    assert!(steps.ends_with(&["installed middle==2".to_owned(), "installed top==1.2".to_owned()]), "{steps:?}");
}
