//! Nothing of the host is read, written or run: one canary of each kind.

use std::{fs, net::TcpListener, time::Duration};

use terrarium_core::{SandboxOptions, Status, Value};
use terrarium_tests::{Job, Step, run, run_job, sandbox, session};

use crate::support::{error_of, int, probe, success};

#[test]
fn nothing_of_the_host_is_read_written_or_run_and_the_next_call_answers() {
    let folder = tempfile::tempdir().unwrap();
    let canary = folder.path().join("canary.txt");
    fs::write(&canary, "the host's secret").unwrap();
    let made = folder.path().join("made.txt");
    let (canary, made) = (canary.to_str().unwrap(), made.to_str().unwrap());
    let code = format!(
        "import os, subprocess
ways = dict(
    run=lambda: subprocess.run(['touch', {made:?}]),
    shell=lambda: subprocess.run('touch {made}', shell=True),
    popen=lambda: os.popen('touch {made}').read(),
    read=lambda: open({canary:?}).read(),
    relative=lambda: open('../../..' + {canary:?}).read(),
    write=lambda: open({made:?}, 'w').write('x'),
    passwd=lambda: open('/etc/passwd').read(),
    proc=lambda: open('/proc/self/maps').read(),
    js=lambda: __import__('js'),
    pyodide=lambda: __import__('pyodide_js'),
    ctypes=lambda: __import__('ctypes').CDLL('libc.so.6').getpid(),
    system=lambda: os.system('touch {made}') == 0 or 1 / 0,
)
for name, way in ways.items():
    try:
        print(name, 'WORKED', way())
    except BaseException as error:
        print(name, 'refused')
sorted(os.listdir('/'))"
    );
    let mut session = session();
    for result in [run(&code), session.execute(&code).unwrap()] {
        assert_eq!(success(&result).stdout.matches(" refused\n").count(), 12, "{}", result.stdout);
        let root = result.final_repr.unwrap();
        for host in ["etc", "root", "var", "sys", "boot", "opt", "mnt"] {
            assert!(!root.contains(&format!("'{host}'")), "{root}");
        }
    }
    assert!(!fs::exists(made).unwrap());
    assert_eq!(fs::read_to_string(canary).unwrap(), "the host's secret");
    assert_eq!(session.execute("6 * 7").unwrap().final_expression, int(42));
}

#[test]
fn the_hosts_environment_is_not_inherited() {
    let job = Job {
        steps: [false, true]
            .map(|session| Step {
                code: "import os\nstr(os.environ) + str(os.environb)".to_owned(),
                session,
                ..Step::default()
            })
            .into(),
        ..Job::default()
    };
    let environment = [
        ("TERRARIUM_CANARY", "leaked"),
        ("PYTHONSTARTUP", "/leaked"),
        ("USER", "hostuser"),
        ("TZ", "Asia/Tokyo"),
        ("LC_ALL", "tr_TR.UTF-8"),
    ];
    let report = run_job(probe(), &job, &environment, Duration::from_secs(60));
    assert!(report.is_healthy(), "{report:?}");
    assert_eq!(report.results.len(), 2);
    for (result, _) in report.results {
        let repr = success(&result).final_repr.clone().unwrap();
        for word in ["CANARY", "leaked", "hostuser", "Tokyo", "tr_TR", "CARGO"] {
            assert!(!repr.contains(word), "{repr}");
        }
    }
}

#[test]
fn no_connection_reaches_the_host() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let code = format!(
        "import socket, urllib.request, http.client, asyncio, ssl
ways = [lambda: socket.create_connection(('127.0.0.1', {port}), 1), lambda: socket.create_connection(('localhost', {port}), 1),
        lambda: urllib.request.urlopen('http://127.0.0.1:{port}/', timeout=1),
        lambda: http.client.HTTPConnection('127.0.0.1', {port}, timeout=1).request('GET', '/'),
        lambda: asyncio.run(asyncio.open_connection('127.0.0.1', {port}))]
for way in ways:
    try:
        way()
        print('CONNECTED')
    except Exception as error:
        print('refused')"
    );
    assert_eq!(success(&run(&code)).stdout, "refused\n".repeat(5));
    assert_eq!(listener.accept().map(drop).map_err(|error| error.kind()), Err(std::io::ErrorKind::WouldBlock));
}

#[test]
fn refusals_of_the_network_say_so() {
    let result = run("import socket; socket.socket().connect(('127.0.0.1', 80))");
    assert_eq!(result.status, Status::Error);
    let (kind, message) = error_of(&result);
    assert!(kind == "PermissionError" || kind == "OSError", "{kind}: {message}");
    assert!(result.stderr.is_empty() || result.stderr.contains("policy"), "{}", result.stderr);
}

#[test]
fn nothing_random_is_shared_by_two_runs() {
    let code = "import random, os, uuid, secrets, tempfile\n[random.random(), os.urandom(8).hex(), str(uuid.uuid4()), secrets.token_hex(8), tempfile.mktemp(), random.getrandbits(64)]";
    let sandbox = sandbox();
    let seen: Vec<Vec<Value>> = (0..3)
        .map(|_| {
            sandbox.execute(code).unwrap().final_expression.and_then(|v| v.items().map(<[Value]>::to_vec)).unwrap()
        })
        .collect();
    for ((first, second), third) in seen[0].iter().zip(&seen[1]).zip(&seen[2]) {
        assert!(first != second && second != third, "{first:?}");
    }
    // The secret of `hash(str)` is the image's: see SECURITY.md.
    let hash = || sandbox.execute("hash('text')").unwrap().final_expression;
    assert_eq!(hash(), hash());
}

#[test]
fn the_cache_of_compiled_code_is_private_to_its_user() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let shared = folder.path().join("shared");
    fs::create_dir(&shared).unwrap();
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o777)).unwrap();
    let refusal = terrarium_core::Sandbox::new(SandboxOptions::new().cache_dir(shared.clone()));
    assert!(
        matches!(&refusal, Err(terrarium_core::Error::Cache { path, .. }) if path.starts_with(&shared)),
        "{refusal:?}"
    );
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let refusal = terrarium_core::Sandbox::new(SandboxOptions::new().cache_dir(file));
    assert!(matches!(refusal, Err(terrarium_core::Error::Cache { .. })), "{refusal:?}");
}

#[test]
fn the_code_cannot_reach_what_runs_it() {
    let result = run(
        "import sys\n[n for n in globals() if 'terrarium' in n.lower()], sys.argv, [n for n in vars(sys.modules['__main__']) if not n.startswith('__')]",
    );
    assert_eq!(success(&result).final_repr.as_deref(), Some("([], ['main.py'], ['sys'])"));
}
