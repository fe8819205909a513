//! The results of a run: the final value, streams, errors, exit codes.

use std::collections::BTreeMap;

use terrarium_core::{
    CancelHandle, Error, ExecuteOptions, ExecutionResult, Sandbox, SandboxOptions, Session, Status, Value,
};
use terrarium_tests::{run, sandbox, session};

use crate::support::{error_of, int, success, text};

#[test]
fn an_expression_gives_its_value_and_nothing_else() {
    let result = run("1 + 1");
    assert_eq!(result.status, Status::Success);
    assert_eq!(result.final_expression, int(2));
    assert_eq!(result.final_repr.as_deref(), Some("2"));
    assert_eq!((result.stdout.as_str(), result.stderr.as_str()), ("", ""));
    assert!(result.output_files.is_empty() && result.deleted_files.is_empty() && result.displays.is_empty());
    assert_eq!((result.error, result.exit_code, result.session_lost), (None, None, false));
}

#[test]
fn an_error_has_its_line_and_no_internal_frames() {
    let result = run("# c1\n# c2\nv = Symbol('v')");
    assert_eq!(result.status, Status::Error);
    let error = result.error.expect("an error");
    assert_eq!((error.kind.as_str(), error.module.as_str()), ("NameError", "builtins"));
    assert_eq!(error.message, "name 'Symbol' is not defined");
    assert_eq!((error.file.as_deref(), error.line, error.column), (Some("main.py"), Some(3), Some(5)));
    assert_eq!(error.source.as_deref(), Some("v = Symbol('v')"));
    assert_eq!(error.frames.len(), 1);
    assert_eq!((error.frames[0].function.as_str(), error.frames[0].line), ("<module>", Some(3)));
    assert!(
        error.traceback.starts_with("Traceback (most recent call last):\n  File \"main.py\", line 3, in <module>\n")
    );
    assert!(error.traceback.contains("    v = Symbol('v')\n"), "{}", error.traceback);
    assert!(!error.traceback.contains("terrarium"), "{}", error.traceback);
    assert!(!error.incomplete_input);
}

#[test]
fn a_syntax_error_runs_nothing() {
    let result = run("x = (1 +");
    assert_eq!(result.status, Status::Error);
    assert_eq!(error_of(&result), ("SyntaxError", "'(' was never closed"));
    let error = result.error.as_ref().expect("an error");
    assert_eq!((error.line, error.column, error.source.as_deref()), (Some(1), Some(5), Some("x = (1 +")));
    assert!(error.incomplete_input);

    let result = run("print('ran')\nopen('made', 'w')\nx = (1 +");
    assert_eq!(error_of(&result), ("SyntaxError", "'(' was never closed"));
    assert_eq!(result.error.as_ref().and_then(|error| error.line), Some(3));
    assert_eq!((result.stdout.as_str(), result.output_files.len()), ("", 0));
}

#[test]
fn the_last_expression_of_several_has_its_repr() {
    assert_eq!(run("x = 1 + 1; x").final_repr.as_deref(), Some("2"));
}

#[test]
fn an_assignment_has_no_value() {
    let result = run("x = 2");
    assert_eq!((result.final_expression, result.final_repr), (None, None));
}

#[test]
fn an_error_has_its_text() {
    let result = run("raise ValueError('wrong value')");
    assert_eq!(error_of(&result), ("ValueError", "wrong value"));
    assert!(result.error.is_some_and(|error| error.traceback.ends_with("ValueError: wrong value\n")));
}

#[test]
fn an_indented_block_is_dedented_and_runs() {
    let result = run("\n    def f(x):\n        return x * 2\n\n    f(21)\n");
    assert_eq!(success(&result).final_expression, int(42));
    let result = run("    x = 1\n    x.nothing");
    let error = result.error.expect("an error");
    assert_eq!((error.line, error.source.as_deref()), (Some(2), Some("    x.nothing")));
    // Code with inconsistent indentation is Python's own error.
    assert_eq!(error_of(&run("    x = 1\n  y = 2\nz = 3")).0, "IndentationError");
}

#[test]
fn a_print_is_the_output_and_an_exit_is_optional() {
    let result = run("print(1 + 2)");
    assert_eq!((result.status, result.stdout.as_str(), result.exit_code), (Status::Success, "3\n", None));
    let result = run("print(1 + 2)\nimport sys\nsys.exit(0)");
    assert_eq!((result.status, result.stdout.as_str(), result.exit_code), (Status::Success, "3\n", Some(0)));
}

#[test]
fn arguments_reach_the_code_literally() {
    let args = ["", " ", "--flag", "$HOME", "a b", "'\"\\", "*", "-c", "é🌍", "line\nbreak", "%s{0}"];
    let options = ExecuteOptions::new().args(args.map(str::to_owned).to_vec());
    let result = sandbox().execute_with("import sys; (sys.argv[1:], sys.argv[0])", options).unwrap();
    let expected = Value::Tuple(vec![Value::from(args.to_vec()), Value::from("main.py")]);
    assert_eq!(success(&result).final_expression, Some(expected));
}

#[test]
fn outputs_are_those_that_exist() {
    let outputs = ["a", "b", "c", "missing"].map(str::to_owned).to_vec();
    let options = ExecuteOptions::new().outputs(outputs.clone());
    let result = sandbox().execute_with("a = 1\nb = [a, None]\nc = {'k': (1.5, 'x')}", options).unwrap();
    let expected: BTreeMap<String, Value> = [
        ("a", Value::Int(1)),
        ("b", Value::List(vec![Value::Int(1), Value::None])),
        ("c", Value::Dict(vec![("k".into(), Value::Tuple(vec![1.5.into(), "x".into()]))])),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    assert_eq!(success(&result).outputs, expected);
    // Values from before an error are kept too.
    let options = ExecuteOptions::new().outputs(outputs);
    let result = sandbox().execute_with("a = 1\n1 / 0\nb = 2", options).unwrap();
    assert_eq!(result.outputs, BTreeMap::from([("a".to_owned(), Value::Int(1))]));
}

#[test]
fn the_peak_of_memory_is_a_number() {
    let small = run("1");
    let large = run("x = bytearray(64 << 20)");
    assert!(small.metrics.peak_memory > 10 << 20, "{:?}", small.metrics);
    assert!(small.metrics.peak_memory < 64 << 20, "{:?}", small.metrics);
    let more = large.metrics.peak_memory - small.metrics.peak_memory;
    // A part of it fits into the free memory of the interpreter's start.
    assert!((40 << 20..72 << 20).contains(&more), "{more}");
    // Memory that was freed again still counts.
    let freed = run("x = bytearray(64 << 20)\ndel x\nprint('done')");
    assert!(freed.metrics.peak_memory >= large.metrics.peak_memory - (8 << 20));
    // Also when the run fails.
    assert!(run("x = bytearray(64 << 20); 1 / 0").metrics.peak_memory > 64 << 20);
}

#[test]
fn output_before_an_error_is_kept() {
    let result = run(
        "import sys\nprint('one')\nprint('two', end='')\nsys.stderr.write('err')\nopen('f', 'w').write('x')\n1 / 0",
    );
    assert_eq!(result.status, Status::Error);
    assert_eq!((result.stdout.as_str(), result.stderr.as_str()), ("one\ntwo", "err"));
    assert_eq!(result.output_files["f"].as_str(), Ok("x"));
    assert_eq!(error_of(&result), ("ZeroDivisionError", "division by zero"));
}

#[test]
fn a_none_at_the_end_is_a_value_when_it_was_asked_for() {
    assert_eq!(run("None").final_expression, Some(Value::None));
    assert_eq!(run("x = None\nx").final_expression, Some(Value::None));
    assert_eq!(run("[].append(1)").final_expression, None);
    assert_eq!(run("").final_expression, None);
    assert_eq!(run("# only a comment").status, Status::Success);
    assert_eq!(run("'docstring'").final_expression, text("docstring"));
}

#[test]
fn the_code_is_the_main_module() {
    let code = "import __main__, sys\nx = 5\n(__name__, __main__.x, sys.modules['__main__'] is __main__, __file__)";
    let expected = Value::Tuple(vec!["__main__".into(), 5.into(), true.into(), "/home/earth/main.py".into()]);
    assert_eq!(success(&run(code)).final_expression, Some(expected));
    let guarded = run("if __name__ == '__main__':\n    print('main')");
    assert_eq!(guarded.stdout, "main\n");
}

#[test]
fn top_level_await_works_and_gives_a_value() {
    let result = run(
        "import asyncio\nawait asyncio.sleep(0.01)\nawait asyncio.gather(*[asyncio.sleep(0, n) for n in range(3)])",
    );
    assert_eq!(success(&result).final_repr.as_deref(), Some("[0, 1, 2]"));
}

#[test]
fn exit_codes_are_pythons() {
    for (code, status, exit) in [
        ("exit()", Status::Success, 0),
        ("raise SystemExit", Status::Success, 0),
        ("import sys; sys.exit(None)", Status::Success, 0),
        ("import sys; sys.exit(3)", Status::Error, 3),
        ("import sys; sys.exit(True)", Status::Error, 1),
        ("import sys; sys.exit('text')", Status::Error, 1),
        ("import os; os._exit(0)", Status::Success, 0),
        ("import os; os._exit(4)", Status::Error, 4),
    ] {
        let result = run(code);
        assert_eq!((result.status, result.exit_code), (status, Some(exit)), "{code}");
        assert_eq!(result.error.is_some(), status == Status::Error, "{code}: {:?}", result.error);
    }
    assert_eq!(run("import sys; sys.exit('text')").stderr, "text\n");
}

#[test]
fn standard_input_environment_folder_and_name_can_be_given() {
    let options = ExecuteOptions::new()
        .stdin("line 1\nline 2")
        .env_var("KEY", "value é")
        .cwd("sub/folder")
        .file("sub/folder/here.txt", "found")
        .filename("named.py");
    let code = "import os, sys\n(input(), sys.stdin.read(), os.environ['KEY'], os.getcwd(), open('here.txt').read(), __file__, sys.argv)";
    let result = sandbox().execute_with(code, options.clone()).unwrap();
    let expected =
        ["line 1", "line 2", "value é", "/home/earth/sub/folder", "found", "/home/earth/sub/folder/named.py"];
    let items = success(&result).final_expression.as_ref().and_then(Value::items).expect("a tuple").to_vec();
    assert_eq!(items[..6], expected.map(Value::from));
    assert_eq!(items[6], Value::from(vec!["named.py"]));
    let result = sandbox().execute_with("\n1 / 0", options).unwrap();
    assert_eq!(result.error.and_then(|error| error.file).as_deref(), Some("named.py"));
}

#[test]
fn the_same_options_of_the_sandbox_hold_for_every_run() {
    let sandbox = Sandbox::new(
        SandboxOptions::new()
            .arg("one")
            .env_var("KEY", "value")
            .home("/home/other")
            .cwd("work")
            .file("work/in.txt", "content"),
    )
    .unwrap();
    let code = "import os, sys\n[sys.argv[1:], os.environ['KEY'], os.getcwd(), os.path.expanduser('~'), open('in.txt').read()]";
    let expected = "[['one'], 'value', '/home/other/work', '/home/other', 'content']";
    for _ in 0..2 {
        let result = sandbox.execute(code).unwrap();
        assert_eq!(success(&result).final_repr.as_deref(), Some(expected));
        assert!(result.output_files.is_empty());
    }
    assert_eq!(sandbox.session().unwrap().execute(code).unwrap().final_repr.as_deref(), Some(expected));
}

#[test]
fn inputs_become_names_and_store_last_keeps_the_value() {
    let options = ExecuteOptions::new().input("x", Value::Int(20)).input("名", Value::from("é")).store_last(true);
    let mut session = session();
    let result = session.execute_with("名 + str(x * 2 + 2)", options).unwrap();
    assert_eq!(success(&result).final_expression, text("é42"));
    assert_eq!(session.execute("_ + '!'").unwrap().final_expression, text("é42!"));
}

#[test]
fn displays_are_kept_in_order() {
    let code =
        "class Rich:\n    def _repr_html_(self): return '<b>é</b>'\n    def __repr__(self): return 'rich'\n\nRich()";
    let result = run(code);
    let result = success(&result);
    assert_eq!(result.displays.len(), 1, "{:?}", result.displays);
    assert_eq!(result.displays[0].data["text/html"], "<b>é</b>");
    assert_eq!(result.final_repr.as_deref(), Some("rich"));
}

#[test]
fn a_result_survives_json() {
    let mut session = session();
    for code in [
        "print('out'); open('f', 'wb').write(b'\\xff'); (1, {'a': 2**70}, b'x', float('nan') != 0)",
        "import os; os.remove('f'); 1 / 0",
        "None",
        "x = 1",
        "import sys; sys.stdout.buffer.write(b'\\xff'); sys.exit(3)",
    ] {
        let result = session.execute(code).unwrap();
        let json = serde_json::to_string(&result).unwrap();
        assert_eq!(serde_json::from_str::<ExecutionResult>(&json).unwrap(), result, "{json}");
    }
}

#[test]
fn metrics_add_up() {
    let result = run("import time; time.sleep(0.1)");
    let metrics = &result.metrics;
    assert!(metrics.start.as_secs_f64() > 0.0 && metrics.run.as_secs_f64() >= 0.1, "{metrics:?}");
    assert!(metrics.total >= metrics.start + metrics.run, "{metrics:?}");
    assert_eq!(metrics.image, "base");
}

#[test]
fn code_of_any_kind_of_line_runs() {
    for code in [
        "x = 1\r\nx + 1\r\n",
        "\u{feff}1 + 1",
        "1 +\\\n1",
        "\n\n\n1 + 1",
        "\tx = 1\n\tx + 1",
        "if 1:\n  x = 1\n\nx + 1",
        "x=1;x+1;",
        "1+1 # é",
    ] {
        assert_eq!(run(code).final_expression, int(2), "{code:?}");
    }
    assert_eq!(error_of(&run("x = 1\0")).0, "SyntaxError");
}

#[test]
fn options_and_handles_may_cross_threads() {
    fn crosses<T: Send + Sync>() {}
    fn moves<T: Send>() {}
    crosses::<Sandbox>();
    crosses::<CancelHandle>();
    crosses::<SandboxOptions>();
    crosses::<ExecuteOptions>();
    crosses::<ExecutionResult>();
    crosses::<Error>();
    moves::<Session>();
}

#[test]
fn the_engines_version_is_the_one_that_the_workspace_pins() {
    let engine = terrarium_core::About::new().unwrap().engine;
    let (name, version) = engine.split_once(' ').unwrap();
    let pin = format!("{name} = {{ version = \"={version}\"");
    assert!(include_str!("../../../Cargo.toml").contains(&pin), "{pin}");
}
