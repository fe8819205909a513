//! Functions of the host: how code calls them, what it sees of them, and how calls end.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use terrarium_core::{
    Call, CancelHandle, Decision, Deterministic, Event, ExecuteOptions, ExecutionResult, HostCallOutcome, HostError,
    HostFunction, HostFunctions, Journal, Sandbox, SandboxOptions, Status, Value,
};
use terrarium_tests::options;

use crate::support::{error_of, success, timed};

fn add() -> HostFunction {
    HostFunction::new("add", |call: Call| Ok(call.argument::<i64>("a")? + call.argument::<i64>("b")?))
        .signature("(a: int, b: int = 1) -> int")
        .doc("Return the sum.")
}

/// Returns its first argument.
fn echo() -> HostFunction {
    HostFunction::new("echo", |call: Call| Ok(call.args.into_iter().next()))
}

/// Returns its argument after as many milliseconds.
fn wait() -> HostFunction {
    HostFunction::asynchronous("wait", |call: Call| async move {
        let ms: u64 = call.argument("ms")?;
        let until = Instant::now() + Duration::from_millis(ms);
        // Threads are shared by all runs of the process.
        while !call.is_cancelled() && Instant::now() < until {
            thread::sleep(Duration::from_millis(5).min(until.saturating_duration_since(Instant::now())));
        }
        Ok(ms)
    })
    .signature("(ms: int)")
}

fn sandbox(functions: impl IntoIterator<Item = HostFunction>) -> Sandbox {
    Sandbox::new(options().functions(functions.into_iter().collect::<HostFunctions>())).unwrap()
}

#[track_caller]
fn repr(sandbox: &Sandbox, code: &str) -> String {
    let result = sandbox.execute(code).unwrap();
    success(&result).final_repr.clone().unwrap_or_default()
}

#[test]
fn a_function_is_an_ordinary_name_that_works_everywhere() {
    let sandbox = sandbox([add(), echo()]);
    for (code, expected) in [
        ("add(2, 3), add(b=1, a=1), add(5)", "(5, 2, 6)"),
        ("list(map(add, range(3)))", "[1, 2, 3]"),
        ("sorted([3, 1, 2], key=lambda x: -add(x))", "[3, 2, 1]"),
        ("import functools; functools.reduce(add, [1, 2, 3])", "6"),
        (
            "from concurrent.futures import ThreadPoolExecutor as T\nwith T() as pool: r = list(pool.map(add, range(4)))\nr",
            "[1, 2, 3, 4]",
        ),
        ("class A:\n    def __del__(self): seen.append(add(1))\nseen = []\na = A()\ndel a\nseen", "[2]"),
        ("class A:\n    def __eq__(self, other): return add(1) == 2\nA() == 3", "True"),
        ("eval('ad' + 'd(1)')", "2"),
        ("import host; host.add(1), host.add is not None, 'add' in dir(host)", "(2, True, True)"),
        ("from host import add as plus; plus(1)", "2"),
        ("add = max; add(1, 5)", "5"),
        ("open('helper.py', 'w').write('def f(x): return add(x)')\nimport helper; helper.f(4)", "5"),
        ("import pickle; pickle.loads(pickle.dumps(add))(1)", "2"),
        ("add.sync(1), callable(add), add.__name__, repr(add)", "(2, True, 'add', '<host function add>')"),
    ] {
        assert_eq!(repr(&sandbox, code), expected, "{code}");
    }
    // A helper module of the host.
    let result =
        sandbox.execute_with("import tool; tool.f()", ExecuteOptions::new().file("tool.py", "def f(): return add(1)"));
    assert_eq!(result.unwrap().final_expression, Some(Value::Int(2)));
    assert_eq!(error_of(&Sandbox::new(options()).unwrap().execute("add(1)").unwrap()).0, "NameError");
}

#[test]
fn code_sees_signature_and_documentation() {
    let sandbox = sandbox([add(), wait()]);
    let code = "import inspect\n[str(inspect.signature(add)), add.__doc__, inspect.iscoroutinefunction(wait), \
                inspect.iscoroutinefunction(add), add.__annotations__['a'] is int, add.__module__]";
    let expected = "['(a: int, b: int = 1) -> int', 'Return the sum.', True, False, True, 'host']";
    assert_eq!(repr(&sandbox, code), expected);
    let help = sandbox.execute("help(add)").unwrap();
    assert!(success(&help).stdout.contains("add(a: int, b: int = 1) -> int\n    Return the sum."), "{}", help.stdout);
    let found =
        "import host; [f['name'] for f in host.search('SUM')], host.describe('wait')['is_async'], len(host.search(''))";
    assert_eq!(repr(&sandbox, found), "(['add'], True, 2)");
    let stubs = sandbox.function_stubs();
    assert_eq!(
        stubs,
        "def add(a: int, b: int = 1) -> int:\n    \"\"\"Return the sum.\"\"\"\nasync def wait(ms: int): ...\n"
    );
}

#[test]
fn functions_of_a_group_are_a_module() {
    let log = HostFunction::new("log", |_: Call| Ok(vec!["first"]));
    let sub = HostFunction::new("deep.count", |_: Call| Ok(7));
    let functions = HostFunctions::new().module("git", [log, sub]);
    let sandbox = Sandbox::new(options().functions(functions)).unwrap();
    assert_eq!(repr(&sandbox, "import git; git.log()"), "['first']");
    assert_eq!(repr(&sandbox, "from git import log; from git.deep import count; log(), count()"), "(['first'], 7)");
    assert_eq!(repr(&sandbox, "import host; host.describe('git.log')['name']"), "'git.log'");
    assert_eq!(error_of(&sandbox.execute("log()").unwrap()).0, "NameError");
}

#[test]
fn arguments_are_checked_before_the_function() {
    let calls = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&calls);
    let function =
        HostFunction::new("f", move |_: Call| Ok(i64::try_from(seen.fetch_add(1, Ordering::SeqCst)).unwrap()))
            .signature("(text: str, items: list[int] = [])");
    let sandbox = sandbox([function]);
    for (code, message) in [
        ("f()", "f() missing 1 required positional argument: 'text'"),
        ("f(1)", "f() argument 'text' must be str, not int"),
        ("f('a', [1, 'x'])", "f() argument 'items' must be list[int], not list"),
        ("f('a', more=1)", "f() got an unexpected keyword argument 'more'"),
        ("f('a', [1], 2)", "f() takes 2 positional arguments but 3 were given"),
        ("f(object())", "f() argument 'text' must be str, not object"),
    ] {
        let result = sandbox.execute(code).unwrap();
        assert_eq!(error_of(&result), ("TypeError", message), "{code}");
        assert_eq!(result.host_calls[0].outcome, HostCallOutcome::Refused);
    }
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

#[test]
fn values_keep_their_types_both_ways() {
    let sandbox = sandbox([echo()]);
    for value in [
        "b'\\x00\\xff' * 100_000",
        "10 ** 40",
        "-(2 ** 63)",
        "1.5",
        "float('inf')",
        "'é\\ud800'",
        "'x' * 300_000",
        "(1, [2, {3: 4}])",
        "{'$type': 1}",
        "{1, 2}",
        "1 + 2j",
        "None",
        "True",
        "__import__('datetime').datetime(2026, 1, 2, 3, 4, 5)",
        "__import__('decimal').Decimal('1.10')",
        "__import__('datetime').timedelta(days=1)",
        "range(3)",
        "[]",
        "''",
        "[0.5] * 5000",
        "2 ** 53",
        "['a' * 70_000, b'b' * 70_000]",
    ] {
        assert_eq!(
            repr(&sandbox, &format!("v = {value}\nr = echo(v)\n(r == v and type(r) is type(v))")),
            "True",
            "{value}"
        );
    }
    for (value, what) in [("object()", "object"), ("[object()]", "object"), ("print", "builtin_function_or_method")] {
        let result = sandbox.execute(&format!("echo({value})")).unwrap();
        let (kind, message) = error_of(&result);
        assert!(kind == "TypeError" && message.contains("argument 1") && message.contains(what), "{message}");
    }
    let cycle = sandbox.execute("a = []\na.append(a)\necho(a)").unwrap();
    assert_eq!(error_of(&cycle), ("TypeError", "echo(): argument 1 contains itself"));
}

#[test]
fn a_typed_function_has_the_fields_of_its_struct() {
    #[derive(Deserialize)]
    struct Search {
        query: String,
        #[serde(default)]
        limit: Option<u8>,
    }
    #[derive(Serialize)]
    struct Hit {
        title: String,
        score: f64,
    }
    let search = HostFunction::typed("search", |search: Search| {
        let hit = |n: u8| Hit { title: format!("{} {n}", search.query), score: 0.5 };
        Ok::<_, HostError>((0..search.limit.unwrap_or(1)).map(hit).collect::<Vec<_>>())
    });
    let sandbox = sandbox([search]);
    assert_eq!(repr(&sandbox, "search('x')"), "[{'title': 'x 0', 'score': 0.5}]");
    assert_eq!(repr(&sandbox, "len(search(query='x', limit=3))"), "3");
    let wrong = sandbox.execute("search('x', limit=300)").unwrap();
    let (kind, message) = error_of(&wrong);
    assert!(kind == "TypeError" && message.starts_with("search():"), "{message}");
    assert_eq!(error_of(&sandbox.execute("search()").unwrap()).0, "TypeError");
}

#[test]
fn errors_keep_their_class_and_can_be_caught() {
    let fail = |name: &str, error: HostError| HostFunction::new(name, move |_: Call| Err::<Value, _>(error.clone()));
    let panics = HostFunction::new("panics", |_: Call| -> Result<Value, HostError> { panic!("/secret/path") });
    let sandbox = sandbox([
        fail("missing", HostError::new("FileNotFoundError", "").args([Value::Int(2), "No such file".into()])),
        fail("key", HostError::new("KeyError", "city")),
        fail("http", HostError::new("HTTPError", "404").base("OSError").data(Value::Int(404))),
        fail("exit", HostError::new("SystemExit", "no")),
        fail("decode", HostError::new("UnicodeDecodeError", "bad")),
        panics,
    ]);
    for (code, expected) in [
        ("try: missing()\nexcept FileNotFoundError as e: r = e.errno, e.strerror\nr", "(2, 'No such file')"),
        ("try: key()\nexcept KeyError as e: r = e.args\nr", "('city',)"),
        (
            "import host\ntry: http()\nexcept OSError as e: r = isinstance(e, host.HostError), e.kind, e.message, e.data, str(e)\nr",
            "(True, 'HTTPError', '404', 404, 'HTTPError: 404')",
        ),
        ("import host\ntry: exit()\nexcept host.HostError as e: r = e.kind\nr", "'SystemExit'"),
        ("import host\ntry: decode()\nexcept host.HostError as e: r = e.kind\nr", "'UnicodeDecodeError'"),
        ("try: panics()\nexcept RuntimeError as e: r = str(e)\nr", "'the host function failed'"),
        ("try: key()\nexcept KeyError as e: r = e.__notes__\nr", "[\"from the host function 'key'\"]"),
    ] {
        assert_eq!(repr(&sandbox, code), expected, "{code}");
    }
    let result = sandbox.execute("def f():\n    key()\nf()").unwrap();
    let error = result.error.clone().unwrap();
    assert_eq!((error.kind.as_str(), error.host_call, error.line), ("KeyError", Some(1), Some(2)));
    assert!(!error.traceback.contains("functions.py"), "{}", error.traceback);
    assert_eq!(result.host_calls[0].outcome, HostCallOutcome::Raised);
    assert_eq!(result.host_calls[0].error.as_deref(), Some("KeyError: city"));
}

#[test]
fn awaited_calls_work_at_the_same_time() {
    let options = options().functions(HostFunctions::new().function(wait()).function(add())).host_calls_in_flight(64);
    let sandbox = Sandbox::new(options).unwrap();
    let code = "import asyncio
async def main():
    r = await asyncio.gather(*[wait(200) for _ in range(40)])
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(wait(n)) for n in (1, 2)]
    return sum(r), [t.result() for t in tasks], await add.aio(1), wait.sync(3)
asyncio.run(main())";
    let ((), time) = timed(|| assert_eq!(repr(&sandbox, code), "(8000, [1, 2], 2, 3)"));
    assert!(time < Duration::from_secs(4), "{time:?}");
    assert_eq!(repr(&sandbox, "r = await wait(1)\nr"), "1");
    let threads = "from concurrent.futures import ThreadPoolExecutor as T
import time
begin = time.monotonic()
with T(8) as pool: r = list(pool.map(wait.sync, [300] * 8))
sum(r), time.monotonic() - begin < 2";
    assert_eq!(repr(&sandbox, threads), "(2400, True)");
}

#[test]
fn a_forgotten_await_is_told_with_its_line() {
    let sandbox = sandbox([wait()]);
    let result = sandbox.execute("x = 1\nwait(1)['a']").unwrap();
    let (kind, message) = error_of(&result);
    assert_eq!(kind, "TypeError");
    assert_eq!(message, "the call of wait() in main.py, line 2 was not awaited: write `await wait(...)`");
    let result = sandbox.execute("\nwait(5)\nNone").unwrap();
    assert!(success(&result).stderr.contains("wait() in main.py, line 2 was not awaited"), "{}", result.stderr);
    assert!(result.host_calls.is_empty());
}

#[test]
fn a_cancelled_task_cancels_its_call() {
    let (sender, told) = mpsc::channel();
    let sender = Mutex::new(sender);
    let stuck = HostFunction::asynchronous("stuck", move |call: Call| {
        let sender = sender.lock().unwrap().clone();
        struct Dropped(mpsc::Sender<bool>, CancelHandle);
        impl Drop for Dropped {
            fn drop(&mut self) {
                let _ = self.0.send(self.1.is_cancelled());
            }
        }
        let guard = Dropped(sender, call.cancel().clone());
        async move {
            let _guard = guard;
            std::future::pending::<()>().await;
            Ok(0)
        }
    });
    let sandbox = sandbox([stuck]);
    let code =
        "import asyncio\ntry:\n    async with asyncio.timeout(0.05): await stuck()\nexcept TimeoutError: r = 'late'\nr";
    let result = sandbox.execute(code).unwrap();
    assert_eq!(success(&result).final_repr.as_deref(), Some("'late'"));
    assert_eq!(result.host_calls[0].outcome, HostCallOutcome::Cancelled);
    assert_eq!(told.recv_timeout(Duration::from_secs(10)), Ok(true), "the future is dropped");
}

#[test]
fn a_run_never_waits_for_a_handler_beyond_its_end() {
    let (release, blocked) = mpsc::channel::<()>();
    let blocked = Mutex::new(blocked);
    let tokens = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&tokens);
    let stuck = HostFunction::new("stuck", move |call: Call| {
        seen.lock().unwrap().push(call.cancel().clone());
        let _ = blocked.lock().unwrap().recv();
        Ok(1)
    });
    let sandbox = sandbox([stuck, add()]);
    let mut session = sandbox.session().unwrap();
    session.execute("x = 41").unwrap();
    let run = |session: &mut terrarium_core::Session, cancel: Option<CancelHandle>| {
        let options = ExecuteOptions::new().timeout(Duration::from_millis(300)).cancel(cancel);
        session.execute_with("try: stuck()\nexcept KeyboardInterrupt: x += 1\n", options).unwrap()
    };
    let (result, time) = timed(|| run(&mut session, None));
    assert_eq!((result.status, result.session_lost), (Status::Timeout, false), "{result:?}");
    assert!(time < Duration::from_secs(3), "{time:?}");
    let cancel = CancelHandle::new();
    let other = cancel.clone();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(50));
        other.cancel();
    });
    let result = run(&mut session, Some(cancel));
    assert_eq!((result.status, result.session_lost), (Status::Cancelled, false));
    assert_eq!(result.host_calls[0].outcome, HostCallOutcome::Cancelled);
    assert!(result.metrics.host > Duration::from_millis(20), "{:?}", result.metrics);
    assert!(tokens.lock().unwrap().iter().all(CancelHandle::is_cancelled), "the handlers are told");
    // A late answer is dropped, and the session goes on.
    drop(release);
    assert_eq!(session.execute("x, add(1)").unwrap().final_repr.as_deref(), Some("(43, 2)"));
}

#[test]
fn a_call_has_a_time_of_its_own() {
    let slow = HostFunction::new("slow", |_: Call| {
        thread::sleep(Duration::from_millis(400));
        Ok(1)
    });
    let quick = wait().timeout(Duration::from_millis(50));
    let options = options().host_call_timeout(Duration::from_millis(60));
    let sandbox = Sandbox::new(options.functions(HostFunctions::new().function(slow).function(quick))).unwrap();
    let code = "try: slow()\nexcept TimeoutError as e: r = str(e)\nr";
    assert_eq!(repr(&sandbox, code), "'slow() took longer than 0.06 s'");
    let code = "try: await wait(300)\nexcept TimeoutError as e: r = str(e)\nr";
    assert_eq!(repr(&sandbox, code), "'wait() took longer than 0.05 s'");
}

#[test]
fn the_time_of_the_host_counts_by_option() {
    let options = || options().timeout(Duration::from_millis(250)).functions(HostFunctions::new().function(wait()));
    let code = "wait.sync(600); 1";
    assert_eq!(Sandbox::new(options()).unwrap().execute(code).unwrap().status, Status::Timeout);
    let sandbox = Sandbox::new(options().count_host_time(false)).unwrap();
    let result = sandbox.execute(code).unwrap();
    assert_eq!(success(&result).final_repr.as_deref(), Some("1"));
    assert!(result.metrics.host >= Duration::from_millis(590), "{:?}", result.metrics);
    let spins = sandbox.execute("wait.sync(100)\nwhile True: pass").unwrap();
    assert_eq!(spins.status, Status::Timeout);
}

#[test]
fn limits_are_told_once_and_then_end_the_run() {
    let of = |change: fn(SandboxOptions) -> SandboxOptions| {
        Sandbox::new(change(options().functions(HostFunctions::new().function(echo())))).unwrap()
    };
    let calls = of(|options| options.host_calls(5));
    let code = "import host\nfor i in range(5): echo(i)\ntry: echo(6)\nexcept host.HostLimitError as e: r = str(e)\nr";
    assert_eq!(repr(&calls, code), "'the run has made 5 calls of host functions, the limit is `host_calls`'");
    let result = calls.execute("n = 0\nwhile True:\n    try: echo(n)\n    except Exception: pass").unwrap();
    assert_eq!(result.status, Status::Cancelled, "{result:?}");
    assert!(error_of(&result).1.contains("`host_calls`"), "{:?}", result.error);
    let bytes = of(|options| options.host_call_bytes(1 << 20));
    for code in ["echo(b'x' * (2 << 20))", "echo('x' * (2 << 20))", "for i in range(100): echo('x' * 50_000)"] {
        let result = bytes.execute(code).unwrap();
        assert_eq!(error_of(&result).0, "HostLimitError", "{code}: {:?}", result.error);
    }
}

#[test]
fn only_as_many_calls_as_permitted_work_at_a_time() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (n, m) = (Arc::clone(&now), Arc::clone(&most));
    let busy = HostFunction::asynchronous("busy", move |_: Call| {
        let (now, most) = (Arc::clone(&n), Arc::clone(&m));
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(5));
            now.fetch_sub(1, Ordering::SeqCst);
            Ok(1)
        }
    });
    let functions = HostFunctions::new().function(busy);
    let sandbox = Sandbox::new(options().functions(functions).host_calls_in_flight(3)).unwrap();
    assert_eq!(repr(&sandbox, "import asyncio\nsum(await asyncio.gather(*[busy() for _ in range(100)]))"), "100");
    assert!((2..=3).contains(&most.load(Ordering::SeqCst)), "{most:?}");
}

#[test]
fn a_hook_decides_on_calls() {
    let decide = |call: &Call| match &*call.name {
        "echo" => Decision::Deny("not today".to_owned()),
        _ if call.args == [Value::Int(1)] => Decision::Answer(Value::Int(100)),
        _ => Decision::Allow,
    };
    let functions = HostFunctions::new().function(add()).function(echo());
    let sandbox = Sandbox::new(options().functions(functions).decide(decide)).unwrap();
    let code = "try: echo(1)\nexcept PermissionError as e: r = str(e)\nr, add(1), add(2)";
    let result = sandbox.execute(code).unwrap();
    assert_eq!(success(&result).final_repr.as_deref(), Some("('not today', 100, 3)"));
    let outcomes: Vec<_> = result.host_calls.iter().map(|call| (&*call.name, call.outcome)).collect();
    let expected =
        [("echo", HostCallOutcome::Denied), ("add", HostCallOutcome::Answered), ("add", HostCallOutcome::Returned)];
    assert_eq!(outcomes, expected);
}

#[test]
fn a_handler_can_end_the_run() {
    let stop = HostFunction::new("stop", |_: Call| Err::<Value, _>(HostError::end_run("enough")));
    let sandbox = sandbox([stop]);
    let mut session = sandbox.session().unwrap();
    let result = session.execute("x = 1\ntry: stop()\nexcept Exception: pass\nx = 2\nwhile True: pass").unwrap();
    assert_eq!((result.status, error_of(&result).1, result.session_lost), (Status::Cancelled, "enough", false));
    assert_eq!(session.execute("x").unwrap().final_repr.as_deref(), Some("1"));
}

#[test]
fn streams_arrive_item_by_item() {
    let made = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&made);
    let rows = HostFunction::stream("rows", move |call: Call| {
        let seen = Arc::clone(&seen);
        let count: i64 = call.argument("count")?;
        Ok((0..count).map(move |row| {
            seen.fetch_add(1, Ordering::SeqCst);
            if row == 50 { Err(HostError::new("ValueError", "row 50")) } else { Ok(row) }
        }))
    })
    .signature("(count: int)");
    let sandbox = sandbox([rows]);
    assert_eq!(repr(&sandbox, "list(rows(4)), [r async for r in rows(2)]"), "([0, 1, 2, 3], [0, 1])");
    made.store(0, Ordering::SeqCst);
    assert_eq!(repr(&sandbox, "it = rows(1_000_000)\nnext(it), next(it)"), "(0, 1)");
    assert!(made.load(Ordering::SeqCst) <= 3, "nothing is made in advance");
    assert_eq!(
        repr(&sandbox, "r = []\ntry:\n    for x in rows(60): r.append(x)\nexcept ValueError: pass\nlen(r)"),
        "50"
    );
}

#[test]
fn the_report_of_a_run_has_its_calls() {
    let sandbox = sandbox([add(), echo()]);
    let result = sandbox.execute("add(1); add(1); add(2); echo(b'x' * 100_000); 0").unwrap();
    let calls = &success(&result).host_calls;
    assert_eq!(calls.iter().map(|call| call.id).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(calls[0].arguments, calls[1].arguments);
    assert_ne!(calls[0].arguments, calls[2].arguments);
    assert!(calls[3].bytes_out > 100_000 && calls[3].bytes_in > 100_000, "{calls:?}");
    assert_eq!(result.metrics.host_calls, 4);
    let json = serde_json::to_string(&result).unwrap();
    assert_eq!(serde_json::from_str::<ExecutionResult>(&json).unwrap().host_calls, *calls);
}

#[test]
fn a_session_gets_the_functions_of_each_run() {
    let sandbox = sandbox([add()]);
    let mut session = sandbox.session().unwrap();
    let own = || ExecuteOptions::new().functions(HostFunctions::new().function(echo()));
    assert_eq!(session.execute_with("echo(add(1))", own()).unwrap().final_repr.as_deref(), Some("2"));
    assert_eq!(error_of(&session.execute("echo(1)").unwrap()).0, "NameError");
    assert_eq!(session.execute("add(1)").unwrap().final_repr.as_deref(), Some("2"));
    session.execute("add = 5").unwrap();
    assert_eq!(session.execute_with("add, echo(1)", own()).unwrap().final_repr.as_deref(), Some("(5, 1)"));
    session.reset().unwrap();
    assert_eq!(session.execute("add(1)").unwrap().final_repr.as_deref(), Some("2"));
}

#[test]
fn names_and_signatures_are_checked_with_the_options() {
    for (function, reason) in [
        (HostFunction::new("a b", |_: Call| Ok(0)), "\"a b\" is no name of a function in Python"),
        (HostFunction::new("for", |_: Call| Ok(0)), "\"for\" is no name"),
        (HostFunction::new("host", |_: Call| Ok(0)), "the name `host`"),
        (echo().signature("(a"), "the signature \"(a\": the parenthesis is not closed"),
    ] {
        let options = options().functions(HostFunctions::new().function(function));
        let error = Sandbox::new(options).unwrap_err();
        assert_eq!(error.details().option.as_deref(), Some("functions"));
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn other_sandboxes_work_inside_a_handler() {
    let inner = sandbox([add()]);
    let outer = HostFunction::new("outer", move |call: Call| {
        let code: String = call.argument("code")?;
        Ok(inner.execute(&code).map_err(|error| error.to_string())?.final_repr)
    })
    .signature("(code: str)");
    assert_eq!(repr(&sandbox([outer]), "outer('add(41)')"), "'42'");
}

#[test]
fn hostile_calls_end_as_errors() {
    let sandbox = sandbox([echo(), add(), wait()]);
    for code in [
        "x = []\nfor _ in range(100_000): x = [x]\necho(x)",
        "x = {}\nfor _ in range(200): x = {'a': x}\necho(x)",
        "echo('x' * (70 << 20))",
        "def f(n): return f(n + 1) + echo(n)\nf(0)",
        "class A:\n    def __repr__(self): return echo(self)\necho(A())",
        "import fcntl\nfrom _terrarium.wire import channel\nfor n in range(300):\n    try: fcntl.ioctl(channel.descriptor, 0x740a, bytearray([255, 0, 0, 0, n % 255, 0, 0, 0]) + bytes([n % 256]) * 255)\n    except OSError: pass\nraise ValueError",
    ] {
        let result = sandbox.execute(code).unwrap();
        assert_eq!(result.status, Status::Error, "{code}: {:?} {:?}", result.status, result.error.map(|e| e.message));
    }
    let code = "import asyncio
async def main():
    tasks = [asyncio.ensure_future(wait(10_000)) for _ in range(500)]
    await asyncio.sleep(0.05)
    for t in tasks: t.cancel()
    r = await asyncio.gather(*tasks, return_exceptions=True)
    return len(r), {type(x).__name__ for x in r}
asyncio.run(main())";
    let begin = Instant::now();
    assert_eq!(repr(&sandbox, code), "(500, {'CancelledError'})");
    assert!(begin.elapsed() < Duration::from_secs(9));
    // A call at the exit of the interpreter, and one in a finalizer after the end.
    let result = sandbox.execute("import atexit\natexit.register(lambda: print(add(1)))\nclass A:\n    def __del__(self): print(add(2))\na = A()").unwrap();
    assert_eq!(success(&result).stdout, "2\n3\n");
}

/// Draws numbers that differ from call to call, after times that differ.
fn draws() -> HostFunctions {
    let next = Arc::new(AtomicUsize::new(0));
    let draw = HostFunction::new("draw", move |_: Call| {
        let number = next.fetch_add(1, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(u64::try_from(number * 7 % 30).unwrap()));
        Ok(i64::try_from(number).unwrap())
    })
    .awaited();
    let rows = HostFunction::stream("rows", |_: Call| Ok((0..3).map(Ok::<i64, HostError>)));
    HostFunctions::new().function(draw).function(rows).function(add())
}

#[test]
fn a_run_is_replayed_from_its_journal() {
    let sandbox = Sandbox::new(options().functions(draws()).deterministic(Deterministic::new())).unwrap();
    let code = "import asyncio, random, time
async def one(n):
    await asyncio.sleep(random.random() / 100)
    first = await draw()
    print(n, first, await draw(), time.time())
    return first
async def main():
    r = await asyncio.gather(*[one(n) for n in range(8)])
    try:
        async with asyncio.timeout(3): await asyncio.sleep(10)
    except TimeoutError: print('late', time.time())
    return r, list(rows()), add(1), draw.sync()
asyncio.run(main())";
    let run =
        |code: &str, journal: Journal| sandbox.execute_with(code, ExecuteOptions::new().journal(journal)).unwrap();
    let first = run(code, Journal::Record);
    let record = success(&first).journal.clone().unwrap();
    for _ in 0..3 {
        let again = run(code, Journal::Replay(record.clone()));
        assert_eq!(success(&again).stdout, first.stdout);
        assert_eq!(again.final_expression, first.final_expression);
        assert_eq!(again.journal.as_ref(), Some(&record));
    }
    // Through JSON, as other languages keep it.
    let text = serde_json::to_string(&record).unwrap();
    let resumed = run(&format!("{code}\nawait main(), add(5)"), Journal::Resume(serde_json::from_str(&text).unwrap()));
    assert_eq!(resumed.stdout.lines().take(8).collect::<Vec<_>>(), first.stdout.lines().take(8).collect::<Vec<_>>());
    let diverged = run("add(2)", Journal::Replay(record));
    assert_eq!(diverged.status, Status::Cancelled);
    let message = error_of(&diverged).1;
    assert!(message.contains("no further call like add[[2],{}]; its next call is draw[[],{}]"), "{message}");
}

#[test]
fn calls_are_events_in_their_order() {
    let sandbox = sandbox([add(), wait()]);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let options = ExecuteOptions::new().on_event(move |event| {
        sink.lock().unwrap().push(match event {
            Event::Stdout(text) => text.as_str().unwrap().trim().to_owned(),
            Event::CallBegun { id, name } => format!("begin {id} {name}"),
            Event::CallEnded(call) => format!("end {} {:?}", call.id, call.outcome),
            other => format!("{other:?}"),
        });
    });
    success(
        &sandbox
            .execute_with("print(add(1), flush=True)\nawait wait(1)\nprint('x', flush=True)\nNone", options)
            .unwrap(),
    );
    let seen: Vec<String> = seen.lock().unwrap().iter().filter(|text| !text.is_empty()).cloned().collect();
    assert_eq!(seen, ["begin 1 add", "end 1 Returned", "2", "begin 2 wait", "end 2 Returned", "x"]);
}

#[test]
fn functions_find_the_context_of_their_run() {
    let who = HostFunction::new("who", |call: Call| Ok(call.context::<String>().cloned()));
    let sandbox = sandbox([who]);
    let of = |user: &str| {
        sandbox.execute_with("who()", ExecuteOptions::new().context(user.to_owned())).unwrap().final_expression
    };
    assert_eq!((of("ann"), of("bob")), (Some("ann".into()), Some("bob".into())));
    assert_eq!(repr(&sandbox, "who() is None"), "True");
}

#[test]
fn many_calls_cancelled_ones_and_abandoned_functions_leave_nothing_behind() {
    fn threads() -> usize {
        std::fs::read_dir("/proc/self/task").unwrap().count()
    }
    let released = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let flag = Arc::clone(&released);
    let stuck = HostFunction::new("stuck", move |_: Call| {
        while !flag.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(5));
        }
        Ok(0)
    })
    .awaited();
    let pending = HostFunction::asynchronous("pending", |_: Call| std::future::pending::<Result<i64, HostError>>());
    let functions = HostFunctions::new().function(add()).function(stuck).function(pending);
    let options = options().functions(functions).host_calls(1_000_000).host_calls_in_flight(100);
    let sandbox = Sandbox::new(options.timeout(Duration::from_secs(120))).unwrap();
    let before = threads();
    assert_eq!(repr(&sandbox, "for i in range(20_000): add(i)\nadd(1)"), "2");
    let cancelled = "import asyncio
async def main():
    for _ in range(20):
        tasks = [asyncio.ensure_future(pending()) for _ in range(100)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        for task in tasks: task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
asyncio.run(main())
add(1)";
    assert_eq!(repr(&sandbox, cancelled), "2");
    let abandoned = sandbox
        .execute("import asyncio\nfor _ in range(50): asyncio.ensure_future(stuck())\nawait asyncio.sleep(3)")
        .unwrap();
    assert_eq!(success(&abandoned).metrics.abandoned, 50);
    assert_eq!(repr(&sandbox, "add(1)"), "2");
    released.store(true, Ordering::SeqCst);
    let until = Instant::now() + Duration::from_secs(30);
    while threads() > before + 8 && Instant::now() < until {
        thread::sleep(Duration::from_millis(100));
    }
    assert!(threads() <= before + 8, "{} threads, {before} before", threads());
}

#[test]
fn calls_that_outlive_their_run_are_none_of_a_later_one() {
    let rows = HostFunction::stream("rows", |_: Call| Ok((0..9).map(Ok::<i64, HostError>)));
    let sandbox = sandbox([rows, wait(), add()]);
    let mut session = sandbox.session().unwrap();
    success(&session.execute("import asyncio\ntask = asyncio.ensure_future(wait(60_000))\nold = rows()\nnext(old)\nawait asyncio.sleep(0.01)").unwrap());
    let later = session
        .execute("try: await task\nexcept Exception as e: r = str(e)\nr, await wait(1), [n for n in rows()][:2]");
    let expected = "('the call has ended with the run that began it', 1, [0, 1])";
    assert_eq!(success(&later.unwrap()).final_repr.as_deref(), Some(expected));
    let old = session.execute("new = rows()\nnext(new), next(old)").unwrap();
    assert_eq!(old.status, Status::Error, "{old:?}");
}

#[test]
fn a_finalizer_calls_in_the_middle_of_another_call() {
    let sandbox =
        Sandbox::new(options().functions([add(), echo()].into_iter().collect::<HostFunctions>()).host_calls(1_000_000));
    let code = "import gc
gc.set_threshold(1)
class A:
    def __init__(self): self.me = self
    def __del__(self): echo('finalizer')
for n in range(3000):
    A()
    assert add(n, 1) == n + 1, n
    assert echo([n, 'x']) == [n, 'x']
'done'";
    assert_eq!(repr(&sandbox.unwrap(), code), "'done'");
}

#[test]
fn a_stream_is_not_resumed_without_its_function() {
    let sandbox = Sandbox::new(options().functions(draws())).unwrap();
    let run =
        |code: &str, journal: Journal| sandbox.execute_with(code, ExecuteOptions::new().journal(journal)).unwrap();
    let first = run("it = rows()\nnext(it)", Journal::Record);
    let resumed = run("list(rows())", Journal::Resume(success(&first).journal.clone().unwrap()));
    assert_eq!(error_of(&resumed).0, "RuntimeError");
}
