//! Sessions: state that is kept, returned, lost and reset.

use std::{
    sync::{Barrier, Mutex},
    time::Duration,
};

use terrarium_core::{Completeness, Error, ExecuteOptions, Status, Value};
use terrarium_tests::{options, sandbox, session};

use crate::support::{error_of, int, success, text};

#[test]
fn names_stay_from_one_run_to_the_next() {
    let mut session = session();
    assert_eq!(session.execute("x = 41").unwrap().final_expression, None);
    assert_eq!(session.execute("x + 1").unwrap().final_expression, int(42));
    session.execute("import math\ndef f(n): return math.sqrt(n) + x\nclass C: pass").unwrap();
    assert_eq!(session.execute("x = 1\nf(16), C.__name__").unwrap().final_repr.as_deref(), Some("(5.0, 'C')"));
    session.execute("from __future__ import annotations").unwrap();
    assert_eq!(
        success(&session.execute("def g(a: nowhere): pass\ng.__annotations__").unwrap()).final_repr.as_deref(),
        Some("{'a': 'nowhere'}")
    );
}

#[test]
fn each_run_gives_the_files_it_changed_and_all_files_gives_all() {
    let mut session = session();
    let names =
        |files: &std::collections::BTreeMap<String, terrarium_core::Bytes>| files.keys().cloned().collect::<Vec<_>>();
    session.write_file("given.txt", "given").unwrap();
    let first = session
        .execute("import os\nos.makedirs('d/e')\nopen('d/e/one', 'w').write('1')\nopen('two', 'w').write('2')")
        .unwrap();
    assert_eq!(names(&success(&first).output_files), ["d/e/one", "two"]);
    let second = session.execute("open('two', 'a').write('2'); open('given.txt').read()").unwrap();
    assert_eq!(names(&success(&second).output_files), ["two"]);
    assert_eq!(second.output_files["two"].as_str(), Ok("22"));
    let third = session.execute("os.remove('two'); os.rename('d/e/one', 'moved')").unwrap();
    assert_eq!(names(&success(&third).output_files), ["moved"]);
    assert_eq!(third.deleted_files, ["d/e/one", "two"]);
    assert!(success(&session.execute("print('nothing')").unwrap()).output_files.is_empty());
    let all = session.all_files().unwrap();
    assert_eq!(names(&all), ["given.txt", "moved"]);
    assert_eq!((all["given.txt"].as_str(), all["moved"].as_str()), (Ok("given"), Ok("1")));
    let listed: Vec<(String, u64)> = session.list_files().unwrap().into_iter().map(|f| (f.path, f.size)).collect();
    assert_eq!(listed, [("given.txt".to_owned(), 5), ("moved".to_owned(), 1)]);
}

#[test]
fn a_print_has_no_value() {
    let result = session().execute("print('x')").unwrap();
    assert_eq!((result.final_expression, result.final_repr, result.stdout.as_str()), (None, None, "x\n"));
}

#[test]
fn two_sessions_share_nothing_in_a_hundred_interleaved_runs() {
    let sandbox = sandbox();
    let sessions = [0, 1].map(|n| {
        let mut session = sandbox.session().unwrap();
        session.execute(&format!("import builtins\nme = {n}\nbuiltins.mine = me\nseen = []")).unwrap();
        Mutex::new(session)
    });
    let barrier = Barrier::new(8);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (sessions, barrier) = (&sessions, &barrier);
            scope.spawn(move || {
                barrier.wait();
                // 8 threads make 104 runs, alternating between both sessions.
                for turn in 0..13 {
                    let which = (thread + turn) % 2;
                    let code =
                        format!("seen.append({thread})\nopen('f{thread}', 'w').write(str(me))\nprint(me, mine)\nme");
                    let result = sessions[which].lock().unwrap().execute(&code).unwrap();
                    assert_eq!(success(&result).final_expression, int(which as i64));
                    assert_eq!(result.stdout, format!("{which} {which}\n"));
                    assert_eq!(result.output_files.len(), 1);
                }
            });
        }
    });
    let counts: Vec<i64> = sessions
        .iter()
        .map(|session| {
            session.lock().unwrap().execute("len(seen)").unwrap().final_expression.and_then(|v| v.as_i64()).unwrap()
        })
        .collect();
    assert_eq!(counts, [52, 52]);
    for (n, session) in sessions.iter().enumerate() {
        for content in session.lock().unwrap().all_files().unwrap().values() {
            assert_eq!(content.as_str(), Ok(n.to_string().as_str()));
        }
    }
}

#[test]
fn names_survive_an_error() {
    let mut session = session();
    session.execute("x = 1").unwrap();
    for code in
        ["y = 2\n1 / 0", "x = (", "raise SystemExit(3)", "raise KeyboardInterrupt", "assert False", "def f(): f()\nf()"]
    {
        let result = session.execute(code).unwrap();
        assert_eq!((result.status, result.session_lost), (Status::Error, false), "{code}");
    }
    assert_eq!(session.execute("x + y").unwrap().final_expression, int(3));
}

#[test]
fn a_session_is_alive_after_exit() {
    let mut session = session();
    let left = session.execute("x = 5\nexit()").unwrap();
    assert_eq!((left.status, left.exit_code, left.session_lost), (Status::Success, Some(0), false));
    assert_eq!(session.execute("1").unwrap().final_expression, int(1));
    assert_eq!(session.execute("x").unwrap().final_expression, int(5));
}

#[test]
fn a_reset_between_lines_forgets_everything() {
    let mut session = session();
    session
        .execute("import json, sys\nx = 1\njson.dumps = None\nsys.marked = True\nopen('f', 'w').write('x')")
        .unwrap();
    session.reset().unwrap();
    assert_eq!(error_of(&session.execute("x").unwrap()), ("NameError", "name 'x' is not defined"));
    let result =
        session.execute("import json, os, sys\njson.dumps([1]), os.listdir(), hasattr(sys, 'marked')").unwrap();
    assert_eq!(success(&result).final_repr.as_deref(), Some("('[1]', [], False)"));
    assert!(session.all_files().unwrap().is_empty());
}

#[test]
fn resetting_the_names_keeps_files_and_modules() {
    let mut session = session();
    session.execute("import sys\nsys.marked = True\nx = 1\nopen('f', 'w').write('kept')").unwrap();
    session.reset_globals().unwrap();
    assert_eq!(error_of(&session.execute("x").unwrap()).0, "NameError");
    assert_eq!(error_of(&session.execute("sys").unwrap()).0, "NameError");
    let result = session.execute("import sys\nsys.marked, open('f').read(), __name__").unwrap();
    assert_eq!(success(&result).final_repr.as_deref(), Some("(True, 'kept', '__main__')"));
}

#[test]
fn a_forced_stop_loses_the_names_says_so_and_keeps_the_files() {
    let options = options().timeout(Duration::from_millis(300));
    let mut session = terrarium_core::Sandbox::new(options).unwrap().session().unwrap();
    session.execute("x = 1").unwrap();
    session.write_file("given", "given").unwrap();
    let stubborn = "f = open('made', 'w'); f.write('made'); f.flush()\nwhile True:\n    try:\n        while True: pass\n    except BaseException: pass";
    let result = session.execute(stubborn).unwrap();
    assert_eq!((result.status, result.session_lost), (Status::Timeout, true));
    assert_eq!(result.output_files["made"].as_str(), Ok("made"));
    assert_eq!(error_of(&session.execute("x").unwrap()).0, "NameError");
    let result = session.execute("open('made').read() + open('given').read()").unwrap();
    assert_eq!(success(&result).final_expression, text("madegiven"));
    assert_eq!(session.all_files().unwrap().len(), 2);
}

#[test]
fn a_session_starts_anew_after_a_crash_and_after_os_exit() {
    let mut session = session();
    for (code, status) in [("import os; os._exit(3)", Status::Error), ("import os; os.abort()", Status::Crashed)] {
        session.execute("x = 1; open('f', 'w').write('kept')").unwrap();
        let result = session.execute(code).unwrap();
        assert_eq!((result.status, result.session_lost), (status, true), "{code}");
        // The files are available before the next run.
        assert_eq!(session.read_file("f").unwrap().as_str(), Ok("kept"));
        session.write_file("between", "b").unwrap();
        assert_eq!(error_of(&session.execute("x").unwrap()).0, "NameError");
        assert_eq!(
            session.execute("open('f').read() + open('between').read()").unwrap().final_expression,
            text("keptb")
        );
    }
}

#[test]
fn files_go_in_and_out_of_a_session_at_any_time() {
    let mut session = session();
    let content: Vec<u8> = (0..=255).collect();
    session.write_file("a/b/c.bin", content.clone()).unwrap();
    assert_eq!(&*session.read_file("a/b/c.bin").unwrap(), content);
    assert_eq!(&*session.read_file("/home/earth/a/b/c.bin").unwrap(), content);
    assert_eq!(session.execute("len(open('a/b/c.bin', 'rb').read())").unwrap().final_expression, int(256));
    session.write_file("a/b/c.bin", "shorter").unwrap();
    assert_eq!(session.execute("open('a/b/c.bin').read()").unwrap().final_expression, text("shorter"));
    session.remove_file("a/b/c.bin").unwrap();
    assert_eq!(error_of(&session.execute("open('a/b/c.bin')").unwrap()).0, "FileNotFoundError");
    let folder = session.read_file("a").map(drop);
    for refusal in [session.read_file("none").map(drop), session.remove_file("none"), folder] {
        assert!(matches!(refusal, Err(Error::File { .. })), "{refusal:?}");
    }
    session.execute("open('/tmp/t', 'w').write('tmp'); import os; os.chdir('/tmp')").unwrap();
    assert_eq!(session.read_file("/tmp/t").unwrap().as_str(), Ok("tmp"));
    // The working directory stays for the next run, and host paths do not depend on it.
    assert_eq!(session.execute("os.getcwd()").unwrap().final_expression, text("/tmp"));
    session.write_file("home.txt", "h").unwrap();
    assert_eq!(session.read_file("/home/earth/home.txt").unwrap().as_str(), Ok("h"));
}

#[test]
fn files_given_with_a_run_are_there_and_are_not_its_outputs() {
    let mut session = session();
    let options = ExecuteOptions::new().file("in.txt", "1");
    let result = session.execute_with("open('in.txt').read()", options).unwrap();
    assert_eq!((success(&result).final_expression.clone(), result.output_files.len()), (text("1"), 0));
    assert_eq!(session.execute("open('in.txt').read()").unwrap().final_expression, text("1"));
}

#[test]
fn code_at_a_prompt_is_judged_and_completed() {
    let mut session = session();
    for (code, expected) in [
        ("x = 1", Completeness::Complete),
        ("", Completeness::Complete),
        ("for x in y:", Completeness::Incomplete),
        ("f(1,", Completeness::Incomplete),
        ("'''text", Completeness::Incomplete),
        ("x = = 1", Completeness::Invalid),
        ("await f()", Completeness::Complete),
    ] {
        assert_eq!(session.check(code).unwrap(), expected, "{code:?}");
    }
    session.execute("import json\nlong_name = 'x'").unwrap();
    let completed = |session: &mut terrarium_core::Session, code: &str| {
        let completion = session.complete(code, code.chars().count()).unwrap();
        (completion.start, completion.matches)
    };
    let (start, matches) = completed(&mut session, "é = long_n");
    assert!(start == 4 && matches.iter().any(|m| m == "long_name"), "{start} {matches:?}");
    let (start, matches) = completed(&mut session, "json.du");
    assert!(start <= 5 && matches.iter().any(|m| m.contains("dumps")), "{start} {matches:?}");
    assert!(completed(&mut session, "nothing_like_this").1.is_empty());
}

#[test]
fn modules_and_tasks_of_a_session_go_on() {
    let mut session = session();
    session.execute("import asyncio\nqueue = asyncio.Queue()\nawait queue.put(1)").unwrap();
    assert_eq!(success(&session.execute("await queue.get()").unwrap()).final_expression, int(1));
    session.execute("import random; random.seed(5)").unwrap();
    let a = session.execute("random.random()").unwrap().final_expression;
    session.execute("random.seed(5)").unwrap();
    assert_eq!(session.execute("random.random()").unwrap().final_expression, a);
    assert!(matches!(a, Some(Value::Float(_))));
}

#[test]
fn a_session_runs_thousands_of_times_without_growing() {
    let mut session = session();
    session.execute("import json").unwrap();
    let mut peak = 0;
    for n in 0..3000 {
        let result = session.execute(&format!("x = [{n}] * 1000\nprint(json.dumps(x)[:5])\nlen(x)")).unwrap();
        assert_eq!(success(&result).final_expression, int(1000));
        if n == 500 {
            peak = result.metrics.peak_memory;
        } else if n == 2999 {
            assert!(result.metrics.peak_memory <= peak + (2 << 20), "{} then {}", peak, result.metrics.peak_memory);
        }
    }
}

#[test]
fn folders_outside_of_home_are_not_removed() {
    let mut session = session();
    session.write_file("a/b.txt", "x").unwrap();
    for folder in ["/lib", "/lib/python3.14", "/tmp", "/dev"] {
        let error = session.remove_file(folder).unwrap_err();
        assert_eq!((error.code(), error.details().path.as_deref()), ("file", Some(folder)));
    }
    session.remove_file("a").unwrap();
    session.execute("open('/tmp/x', 'w').close()").unwrap();
    session.remove_file("/tmp/x").unwrap();
    let result = session.execute("import colorsys, os; os.listdir(), os.path.exists('/tmp/x')").unwrap();
    assert_eq!(success(&result).final_repr.as_deref(), Some("([], False)"));
}

#[test]
fn names_that_cannot_be_forgotten_cost_the_session_and_the_error_says_so() {
    let mut session = session();
    session.write_file("kept", "x").unwrap();
    let code = "import os
class A:
    def __del__(self, end=os._exit): end(3)
a = A()";
    success(&session.execute(code).unwrap());
    let error = session.reset_globals().unwrap_err();
    assert!(error.to_string().contains("the session has lost its names"), "{error}");
    let result = session.execute("open('kept').read(), 'a' in globals()").unwrap();
    assert_eq!(success(&result).final_repr.as_deref(), Some("('x', False)"));
}
