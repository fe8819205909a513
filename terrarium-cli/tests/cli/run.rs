//! Programs, their arguments, results and exit codes.

use crate::support::{folder, json, path, ran, terrarium};

#[test]
fn a_program_prints_and_ends_with_zero() {
    let ran = ran(&["run", "-c", "print(1 + 2)"]);
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (Some(0), "3\n", ""));
}

#[test]
fn the_last_value_is_not_printed() {
    let ran = ran(&["run", "-c", "1 + 1"]);
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (Some(0), "", ""));
}

#[test]
fn json_holds_the_value_and_nothing_else() {
    let result = json("1 + 1");
    assert_eq!(result["status"], "success");
    assert_eq!(result["final_expression"], 2);
    assert_eq!(result["final_repr"], "2");
    assert_eq!((&result["stdout"], &result["stderr"]), (&"".into(), &"".into()));
    assert_eq!(result["output_files"], serde_json::json!({}));
    assert!(result["metrics"]["peak_memory"].as_u64().unwrap() > 1 << 20);
    assert!(result["metrics"]["run"].as_f64().unwrap() > 0.0);
}

#[test]
fn json_tells_an_assignment_from_none() {
    assert_eq!(json("x = 1 + 1; x")["final_repr"], "2");
    let assignment = json("x = 2");
    assert!(assignment.get("final_expression").is_none(), "{assignment}");
    assert!(assignment["final_repr"].is_null());
}

#[test]
fn json_holds_the_streams_and_the_error() {
    let ran = ran(&["run", "--json", "-c", "import sys\nprint('out')\nsys.stderr.write('err')\nint('x')"]);
    assert_eq!((ran.code, &*ran.stderr), (Some(1), ""));
    assert_eq!(ran.stdout.matches('\n').count(), 1, "one line");
    let result: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&result["stdout"], &result["stderr"]), (&"out\n".into(), &"err".into()));
    assert_eq!(result["status"], "error");
    assert_eq!(result["error"]["type"], "ValueError");
    assert_eq!(result["error"]["message"], "invalid literal for int() with base 10: 'x'");
    assert_eq!(result["error"]["line"], 4);
}

#[test]
fn an_exception_is_told_with_its_place() {
    let dir = folder(&[("program.py", "print('before')\ndef f():\n    raise ValueError('bad')\nf()\n")]);
    let ran = ran(&["run", &path(&dir, "program.py")]);
    assert_eq!((ran.code, &*ran.stdout), (Some(1), "before\n"));
    let expected = ["Traceback (most recent call last):", "File \"program.py\", line 3, in f", "ValueError: bad"];
    for part in expected {
        assert!(ran.stderr.contains(part), "{part} in {}", ran.stderr);
    }
    assert!(!ran.stderr.contains("_terrarium"), "{}", ran.stderr);
}

#[test]
fn a_syntax_error_runs_nothing() {
    let ran = ran(&["run", "-c", "print('x')\nx = (1 +"]);
    assert_eq!((ran.code, &*ran.stdout), (Some(1), ""));
    assert!(ran.stderr.contains("SyntaxError: '(' was never closed"), "{}", ran.stderr);
    assert!(ran.stderr.contains("line 2"), "{}", ran.stderr);
}

#[test]
fn the_exit_code_is_the_programs_own() {
    for (code, expected) in [
        ("raise SystemExit", 0),
        ("exit(0)", 0),
        ("import sys; sys.exit(3)", 3),
        ("import os; os._exit(4)", 4),
        ("import sys; sys.exit(255)", 255),
    ] {
        let ran = ran(&["run", "-c", code]);
        assert_eq!((ran.code, &*ran.stderr), (Some(expected), ""), "{code}");
    }
    let ran = ran(&["run", "-c", "import sys; sys.exit('a reason')"]);
    assert_eq!((ran.code, &*ran.stderr), (Some(1), "a reason\n"));
}

#[test]
fn arguments_reach_the_program_literally() {
    let show = "import sys; print(sys.argv[1:])";
    let dir = folder(&[("program.py", show)]);
    let args = ["a b", "--json", "-c", "", "*", "$HOME", "--", "ü", "-"];
    let expected = "['a b', '--json', '-c', '', '*', '$HOME', '--', 'ü', '-']\n";
    for program in [&["run", "-c", show][..], &["run", &path(&dir, "program.py")]] {
        let line: Vec<&str> = program.iter().chain(&args).copied().collect();
        assert_eq!(ran(&line).stdout, expected);
    }
}

#[test]
fn nothing_is_inherited_but_what_is_given() {
    let code =
        "import os; print(os.environ.get('SECRET'), os.environ.get('GIVEN'), os.getcwd(), os.path.expanduser('~'))";
    let output = terrarium(&["run", "--env", "GIVEN=a=b", "-c", code]).env("SECRET", "s").output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "None a=b /home/earth /home/earth\n");
    let ran = ran(&["run", "--home", "/workspace", "--cwd", "deep", "-c", code]);
    assert_eq!(ran.stdout, "None None /workspace/deep /workspace\n", "{}", ran.stderr);
}

#[test]
fn runs_share_nothing() {
    let dir = folder(&[]);
    let out = path(&dir, "out");
    assert_eq!(
        ran(&["run", "--out", &out, "-c", "x = 1; import builtins; builtins.y = 2; open('f', 'w')"]).code,
        Some(0)
    );
    let ran = ran(&["run", "-c", "import os; print(os.listdir(), 'x' in globals(), 'y' in dir(__builtins__))"]);
    assert_eq!(ran.stdout, "[] False False\n");
}

#[test]
fn an_indented_program_runs() {
    assert_eq!(ran(&["run", "-c", "    x = 1\n    if x:\n        print('yes')\n"]).stdout, "yes\n");
}

#[test]
fn a_deterministic_run_does_the_same_again() {
    let code = "import random, time, os; print(random.random(), time.time(), os.urandom(4))";
    let first = ran(&["run", "--deterministic=5", "-c", code]);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert_eq!(first.stdout, ran(&["run", "--deterministic=5", "-c", code]).stdout);
    assert_ne!(first.stdout, ran(&["run", "--deterministic=6", "-c", code]).stdout);
    assert_ne!(first.stdout, ran(&["run", "-c", code]).stdout);
}

#[test]
fn bad_usage_is_told_in_a_line_and_ends_with_two() {
    let dir = folder(&[("options.json", "{\"memory\": \"much\"}"), ("x.bin", "x")]);
    std::fs::write(dir.path().join("x.bin"), [0xff; 10]).unwrap();
    let (config, binary) = (path(&dir, "options.json"), path(&dir, "x.bin"));
    let cases: &[(&[&str], &str)] = &[
        (&["run", "no-such-file.py"], "terrarium: cannot read \"no-such-file.py\""),
        (&["run", &binary], "is not a program in UTF-8"),
        (&["run", "--memory", "1k", "-c", "1"], "terrarium: --memory: 1024 is not between"),
        (&["run", "--timeout", "0", "-c", "1"], "terrarium: --timeout: 0 s"),
        (&["run", "--home", "earth", "-c", "1"], "terrarium: --home: \"earth\""),
        (&["run", "--code-bytes", "3", "-c", "1234"], "raise --code-bytes"),
        (&["run", "--env", "A", "-c", "1"], "NAME=VALUE"),
        (&["run", "--memory", "lots", "-c", "1"], "not a size"),
        (&["run", "--config", &config, "-c", "1"], "option `memory`: expected an integer, found a string"),
        (&["run", "--file", "no-such-file", "-c", "1"], "terrarium: cannot read \"no-such-file\""),
        (&["run", "--stdin", "-", "-"], "holds the program already"),
        (&["run", "--unknown", "x.py"], "--unknown"),
        (&["walk"], "walk"),
    ];
    for (line, expected) in cases {
        let ran = ran(line);
        assert_eq!((ran.code, &*ran.stdout), (Some(2), ""), "{line:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{line:?}: {}", ran.stderr);
        if expected.starts_with("terrarium:") {
            assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_cache_that_others_can_write_is_a_fault() {
    use std::os::unix::fs::PermissionsExt;
    let dir = folder(&[("cache/x", "")]);
    std::fs::set_permissions(dir.path().join("cache"), std::fs::Permissions::from_mode(0o777)).unwrap();
    let ran = ran(&["run", "--cache-dir", &path(&dir, "cache"), "-c", "1"]);
    assert_eq!(ran.code, Some(70), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("terrarium: cache "), "{}", ran.stderr);
}

#[test]
fn the_host_is_out_of_reach() {
    let dir = folder(&[("canary", "alive")]);
    let canary = path(&dir, "canary");
    let code = format!(
        "import os, subprocess
def attempt(work):
    try:
        work()
    except Exception as error:
        print(type(error).__name__)
    else:
        print('done')
attempt(lambda: open({canary:?}).read())
attempt(lambda: os.remove({canary:?}))
attempt(lambda: subprocess.run(['rm', {canary:?}]))
print(os.system('rm ' + {canary:?}) != 0, 'etc' in os.listdir('/') and os.path.exists('/etc/passwd'))
import js"
    );
    let ran = ran(&["run", "-c", &code]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("ModuleNotFoundError: No module named 'js'"), "{}", ran.stderr);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines[..2], ["FileNotFoundError", "FileNotFoundError"]);
    assert_ne!(lines[2], "done");
    assert_eq!(lines[3], "True False");
    assert_eq!(std::fs::read_to_string(canary).unwrap(), "alive");
}
