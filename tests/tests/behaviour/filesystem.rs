//! Files in and out.

use terrarium_core::{ExecuteOptions, SandboxOptions, Status};
use terrarium_tests::{run, run_in, sandbox, session};

use crate::support::{int, success};

/// Returns bytes without a pattern that could hide a fault.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

#[test]
fn files_of_any_size_are_copied_byte_by_byte() {
    let sandbox = sandbox();
    for length in [0, 1, 123_464, 5_000_000, 50_000_000] {
        let content = noise(length);
        let code = "import shutil\nshutil.copyfile('in.bin', 'out.bin')\nlen(open('in.bin', 'rb').read())";
        let result = sandbox.execute_with(code, ExecuteOptions::new().file("in.bin", content.clone())).unwrap();
        assert_eq!(success(&result).final_expression, int(length as i64));
        assert_eq!(result.output_files.keys().collect::<Vec<_>>(), ["out.bin"], "inputs are not returned");
        assert!(*result.output_files["out.bin"] == *content, "{length} bytes differ");
    }
}

#[test]
fn two_runs_never_see_each_others_files_modules_or_names() {
    let sandbox = sandbox();
    let first = "import json, sys, os, builtins
open('secret.txt', 'w').write('secret')
open('/tmp/secret.txt', 'w').write('secret')
open('mod.py', 'w').write('x = 1')
import mod
json.dumps = None
builtins.leak = os.environ['LEAK'] = 'leak'
sys.path.append('/leak')
sys.setrecursionlimit(12345)
name = 'name'";
    let look = "import os, sys, json, builtins
[sorted(os.listdir()), os.listdir('/tmp'), 'mod' in sys.modules, json.dumps([1]), hasattr(builtins, 'leak'),
 'LEAK' in os.environ, '/leak' in sys.path, sys.getrecursionlimit() == 12345, 'name' in globals()]";
    let clean = "[[], [], False, '[1]', False, False, False, False, False]";
    assert_eq!(success(&sandbox.execute(look).unwrap()).final_repr.as_deref(), Some(clean));
    assert_eq!(success(&sandbox.execute(first).unwrap()).output_files.len(), 2);
    assert_eq!(success(&sandbox.execute(look).unwrap()).final_repr.as_deref(), Some(clean));
    let mut session = sandbox.session().unwrap();
    session.execute(first).unwrap();
    assert_eq!(success(&sandbox.execute(look).unwrap()).final_repr.as_deref(), Some(clean));
}

#[test]
fn a_file_is_read_at_offsets() {
    let content = noise(10_000);
    let code = "import os
fd = os.open('data.bin', os.O_RDONLY)
parts = [os.pread(fd, 4096, offset) for offset in (0, 4096, 8192, 12288)]
f = open('data.bin', 'rb')
for offset, part in zip((8192, 0, 4096), (parts[2], parts[0], parts[1])):
    f.seek(offset)
    assert f.read(4096) == part
parts";
    let result = sandbox().execute_with(code, ExecuteOptions::new().file("data.bin", content.clone())).unwrap();
    let parts = success(&result).final_expression.as_ref().and_then(|v| v.items()).expect("a list").to_vec();
    let expected: [&[u8]; 4] = [&content[..4096], &content[4096..8192], &content[8192..], &[]];
    for (part, expected) in parts.iter().zip(expected) {
        assert!(part.as_bytes() == Some(expected));
    }
    let mut session = session();
    session.write_file("data.bin", content.clone()).unwrap();
    assert_eq!(session.read_file("data.bin").unwrap()[4096..8192], content[4096..8192]);
}

#[test]
fn a_sandbox_is_clean_after_a_dirty_run() {
    let sandbox = sandbox();
    for dirty in [
        "import builtins; builtins.print = None; builtins.len = lambda x: 5",
        "import sys; sys.stdout = None; sys.modules.clear()",
        "import os; os.chdir('/tmp'); os.umask(0o777); os.environ.clear()",
        "import json; json.dumps = lambda *a: 'dirty'",
        "import sys; sys.setrecursionlimit(20)",
        "import gc; gc.disable(); import locale, decimal; decimal.getcontext().prec = 2",
        "import os; os._exit(1)",
        "x = bytearray(10**10)",
    ] {
        sandbox.execute(dirty).unwrap();
        let code = "import os, json, gc, decimal\nprint(len('abc'), os.getcwd(), json.dumps([1]), gc.isenabled(), decimal.Decimal(1) / 3)";
        let result = sandbox.execute(code).unwrap();
        assert_eq!(success(&result).stdout, "3 /home/earth [1] True 0.3333333333333333333333333333\n", "{dirty}");
    }
}

#[test]
fn created_modified_and_deleted_files_are_told_apart_from_read_ones() {
    let files = [
        ("read", "r"),
        ("modified", "m"),
        ("deleted", "d"),
        ("replaced", "x"),
        ("sub/kept", "k"),
        ("renamed", "n"),
        ("same", "s"),
    ];
    let code = "import os
open('read').read()
open('modified', 'a').write('!')
os.remove('deleted')
os.remove('replaced'); open('replaced', 'w').write('y')
os.rename('renamed', 'sub/renamed')
open('created', 'w').close()
os.makedirs('new/empty')
open('gone', 'w').close(); os.remove('gone')
open('/tmp/scratch', 'w').write('x')
os.mkdir('linked'); os.symlink('modified', 'linked/link')
os.chmod('read', 0o600); os.utime('read')";
    let result = sandbox().execute_with(code, ExecuteOptions::new().files(files)).unwrap();
    let result = success(&result);
    let names: Vec<&str> = result.output_files.keys().map(String::as_str).filter(|n| *n != "linked/link").collect();
    assert_eq!(names, ["created", "modified", "replaced", "sub/renamed"]);
    assert_eq!(result.output_files["modified"].as_str(), Ok("m!"));
    assert_eq!(result.output_files["created"].as_str(), Ok(""));
    assert_eq!(result.deleted_files, ["deleted", "renamed"]);
}

#[test]
fn files_outside_home_are_told_by_their_absolute_paths() {
    let result = run("import os\nos.makedirs('/home/earth/a')\nos.chdir('a')\nopen('x', 'w').write('1')");
    assert_eq!(success(&result).output_files.keys().collect::<Vec<_>>(), ["a/x"]);
    let options = SandboxOptions::new().home("/data/me");
    let result = run_in(options, "import os\nopen('x', 'w').write('1')\nos.getcwd()");
    assert_eq!(success(&result).final_repr.as_deref(), Some("'/data/me'"));
    assert_eq!(result.output_files.keys().collect::<Vec<_>>(), ["x"]);
}

#[test]
fn files_are_kept_when_the_run_fails_or_is_not_flushed() {
    let result = run("f = open('a', 'w'); f.write('text'); g = open('b', 'w'); g.write('closed'); g.close(); 1 / 0");
    assert_eq!((result.status, result.output_files["b"].as_str()), (Status::Error, Ok("closed")));
    assert!(result.output_files.contains_key("a"));
    // A file that is still open at the end of a successful run is flushed.
    let result = run("f = open('a', 'w'); f.write('text')");
    assert_eq!(success(&result).output_files["a"].as_str(), Ok("text"));
}

#[test]
fn many_kinds_of_names_go_both_ways() {
    let names = [
        "a b",
        "é",
        "世界/🌍.txt",
        ".hidden",
        "x".repeat(255).as_str(),
        "-",
        "a'b\"c",
        "new\nline",
        "*?[",
        "CON",
        "trailing. ",
    ]
    .map(str::to_owned);
    let files: Vec<(String, &str)> = names.iter().map(|name| (name.clone(), "content")).collect();
    let code = "import os
found = sorted(os.path.join(f, n)[2:] for f, _, names in os.walk('.') for n in names)
for name in found:
    os.makedirs(os.path.dirname('out/' + name), exist_ok=True)
    open('out/' + name, 'w').write(open(name).read())
len(found)";
    let result = sandbox().execute_with(code, ExecuteOptions::new().files(files)).unwrap();
    assert_eq!(success(&result).final_expression, int(names.len() as i64));
    for name in names {
        assert_eq!(result.output_files[&format!("out/{name}")].as_str(), Ok("content"), "{name:?}");
    }
}

#[test]
fn a_file_that_is_an_input_of_one_run_is_not_there_in_the_next() {
    let sandbox = sandbox();
    let options = || ExecuteOptions::new().file("once", "1");
    assert_eq!(
        sandbox.execute_with("import os; os.listdir()", options()).unwrap().final_repr.as_deref(),
        Some("['once']")
    );
    assert_eq!(sandbox.execute("import os; os.listdir()").unwrap().final_repr.as_deref(), Some("[]"));
}

#[test]
fn files_of_the_sandbox_are_not_changed_by_a_run() {
    let sandbox = terrarium_core::Sandbox::new(SandboxOptions::new().file("shared", "original")).unwrap();
    for _ in 0..2 {
        let result = sandbox.execute("old = open('shared').read(); open('shared', 'w').write('changed'); old").unwrap();
        assert_eq!(success(&result).final_repr.as_deref(), Some("'original'"));
        assert_eq!(result.output_files["shared"].as_str(), Ok("changed"));
    }
}

/// Files whose names are not UTF-8.
const ODD_NAMES: &str = r#"
import os
for number, name in enumerate((b"\xff.txt", b"\xfe.txt", b"d\xff/\xc3.txt", "ü.txt".encode(), "\ufffd.txt".encode(), b"a\\xff", b"a\xff")):
    os.makedirs(os.path.dirname(name) or b".", exist_ok=True)
    with open(name, "w") as file:
        file.write(str(number))
"#;

#[test]
fn names_that_are_not_utf8_come_out_with_escapes_and_none_is_lost() {
    let sandbox = sandbox();
    let result = sandbox.execute(ODD_NAMES).expect("a result");
    let expected = [r"\xff.txt", r"\xfe.txt", r"d\xff/\xc3.txt", "ü.txt", "\u{fffd}.txt", r"a\xff", r"a\xff~"];
    let mut names: Vec<_> = result.output_files.keys().map(String::as_str).collect();
    let mut wanted = expected.to_vec();
    names.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(names, wanted);
    let contents: std::collections::BTreeSet<_> =
        result.output_files.values().map(|content| content.to_vec()).collect();
    assert_eq!(contents.len(), expected.len(), "each file keeps its content");

    let mut session = sandbox.session().expect("a session");
    session.execute(ODD_NAMES).expect("a result");
    assert_eq!(session.all_files().expect("the files").len(), expected.len());
    assert_eq!(&*session.read_file(r"d\xff/\xc3.txt").expect("the file"), b"2");
    session.remove_file(r"\xfe.txt").expect("the file is removed");
    assert_eq!(session.list_files().expect("the files").len(), expected.len() - 1);
}

#[test]
fn files_of_a_home_folder_in_a_scratch_folder_are_results() {
    for home in ["/tmp", "/tmp/work"] {
        let sandbox = terrarium_core::Sandbox::new(SandboxOptions::new().home(home)).unwrap();
        let result = sandbox.execute("open('mine', 'w').write('x'); open('/dev/shm', 'w') if 0 else None").unwrap();
        assert_eq!(success(&result).output_files.keys().collect::<Vec<_>>(), ["mine"], "{home}");
    }
    let result = sandbox().execute("open('/tmp/scratch', 'w').write('x')").unwrap();
    assert!(success(&result).output_files.is_empty());
}

#[test]
fn a_working_directory_that_is_missing_is_an_error_of_the_option() {
    let sandbox = sandbox();
    let error = sandbox.execute_with("1", ExecuteOptions::new().cwd("none")).unwrap_err();
    assert_eq!(error.code(), "invalid_option");
    assert_eq!(error.details().option.as_deref(), Some("cwd"));
    assert!(error.to_string().contains("none"), "{error}");
    let made = ExecuteOptions::new().cwd("made").file("made/in.txt", "x");
    let result = sandbox.execute_with("import os; os.listdir()", made).unwrap();
    assert_eq!(success(&result).final_repr.as_deref(), Some("['in.txt']"));
}
