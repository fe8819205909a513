//! Folders and files of the host that code sees.

use std::{fs, os::unix::fs::symlink};

use terrarium_core::{Error, ExecuteOptions, ExecutionResult, Mount, Sandbox, SandboxOptions, Session, Status};
use terrarium_tests::{options, run_in, sandbox};

use crate::support::{int, success};

/// Makes a folder `in` beside a file that must not be reached.
fn world() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("secret"), "secret").unwrap();
    fs::create_dir_all(dir.path().join("in/sub")).unwrap();
    fs::write(dir.path().join("in/a.csv"), "x,y\n1,2\n").unwrap();
    fs::write(dir.path().join("in/sub/b.txt"), "b").unwrap();
    dir
}

fn mounted(mount: Mount) -> SandboxOptions {
    options().mount("data", mount)
}

fn repr(result: &ExecutionResult) -> &str {
    success(result).final_repr.as_deref().unwrap_or_default()
}

/// Runs an expression for each line, and returns the class and text of its error, or its value.
fn tried(options: SandboxOptions, lines: &[&str]) -> Vec<String> {
    let code = format!(
        "import os, shutil, errno
out = []
for line in {lines:?}:
    try:
        out.append(repr(eval(line)))
    except OSError as error:
        out.append(f'{{type(error).__name__}} {{errno.errorcode[error.errno]}}')
'|'.join(out)"
    );
    let result = run_in(options, &code);
    let told = success(&result).final_expression.as_ref().and_then(|value| value.as_str()).unwrap_or_default();
    told.split('|').map(str::to_owned).collect()
}

#[test]
fn a_folder_is_read_and_every_change_is_refused() {
    let dir = world();
    let told = tried(
        mounted(Mount::read_only(dir.path().join("in"))),
        &[
            "os.listdir('data')",
            "open('data/a.csv').read()",
            "open('/home/earth/data/sub/../sub/b.txt').read()",
            "[(folder, names) for folder, _, names in os.walk('data')]",
            "shutil.copytree('data', 'copy') and sorted(os.listdir('copy'))",
            "os.access('data/a.csv', os.R_OK), os.access('data/a.csv', os.W_OK)",
            "os.path.samefile('data/sub/b.txt', 'data/sub/../sub/b.txt')",
            "oct(os.stat('data').st_mode), oct(os.stat('data/a.csv').st_mode), os.stat('data/a.csv').st_uid",
        ],
    );
    let expected = [
        "['a.csv', 'sub']",
        r"'x,y\n1,2\n'",
        "'b'",
        "[('data', ['a.csv']), ('data/sub', ['b.txt'])]",
        "['a.csv', 'sub']",
        "(True, False)",
        "True",
        "('0o40555', '0o100444', 1000)",
    ];
    assert_eq!(told, expected);
    let refused = [
        "open('data/a.csv', 'w')",
        "open('data/a.csv', 'a')",
        "open('data/a.csv', 'r+')",
        "open('data/new', 'w')",
        "os.mkdir('data/new')",
        "os.unlink('data/a.csv')",
        "os.rmdir('data/sub')",
        "os.rename('data/a.csv', 'data/b')",
        "os.truncate('data/a.csv', 0)",
        "os.utime('data/a.csv')",
        "os.chmod('data/a.csv', 0o777)",
        "os.symlink('a.csv', 'data/link')",
        "os.link('data/a.csv', 'data/link')",
    ];
    for (line, told) in refused.iter().zip(tried(mounted(Mount::read_only(dir.path().join("in"))), &refused)) {
        assert_eq!(told, "OSError EROFS", "{line}");
    }
    let busy = ["os.rmdir('data')", "os.rename('data', 'other')", "os.rename('data/a.csv', 'other')"];
    let told = tried(mounted(Mount::read_only(dir.path().join("in"))), &busy);
    assert_eq!(told, ["OSError EBUSY", "OSError EBUSY", "OSError EXDEV"]);
    assert_eq!(fs::read_dir(dir.path().join("in")).unwrap().count(), 2);
}

#[test]
fn links_inside_work_and_links_that_lead_out_are_refused() {
    let dir = world();
    let inside = dir.path().join("in");
    for (target, name) in [
        ("sub/b.txt", "good"),
        ("..", "sub/up"),
        ("../secret", "out"),
        ("sub/../../secret", "far"),
        ("sub/up/../secret", "farther"),
        ("/etc/passwd", "absolute"),
        ("..", "above"),
        ("loop", "loop"),
        ("nowhere", "dangling"),
    ] {
        symlink(target, inside.join(name)).unwrap();
    }
    symlink(inside.join("a.csv"), inside.join("own")).unwrap();
    for mount in [Mount::read_only(&inside), Mount::overlay(&inside), Mount::read_write(&inside)] {
        let told = tried(
            mounted(mount.clone()),
            &[
                "open('data/good').read()",
                "open('data/sub/up/a.csv').read(1)",
                "os.readlink('data/good'), os.lstat('data/good').st_size",
                "open('data/loop')",
                "open('data/dangling')",
                "os.path.islink('data/out'), os.lstat('data/out').st_size, os.path.exists('data/out')",
                "'out' in os.listdir('data')",
            ],
        );
        let expected =
            ["'b'", "'x'", "('sub/b.txt', 9)", "OSError ELOOP", "FileNotFoundError ENOENT", "(True, 0, False)", "True"];
        assert_eq!(told, expected);
        let refused = [
            "open('data/out')",
            "open('data/out', 'w')",
            "open('data/far').read()",
            "open('data/farther').read()",
            "open('data/absolute').read()",
            "open('data/own').read()",
            "os.listdir('data/above')",
            "open('data/above/secret').read()",
            "os.stat('data/out')",
            "os.readlink('data/out')",
            "os.readlink('data/absolute')",
            "os.readlink('data/own')",
            "os.chdir('data/above')",
        ];
        for (line, told) in refused.iter().zip(tried(mounted(mount.clone()), &refused)) {
            assert_eq!(told, "PermissionError EACCES", "{line}");
        }
    }
    assert_eq!(fs::read_to_string(dir.path().join("secret")).unwrap(), "secret");
}

#[test]
fn an_overlay_keeps_changes_in_the_run_and_reports_them() {
    let dir = world();
    let inside = dir.path().join("in");
    fs::create_dir(inside.join("gone")).unwrap();
    fs::write(inside.join("gone/c"), "c").unwrap();
    fs::write(inside.join("kept"), "kept").unwrap();
    let sandbox = Sandbox::new(mounted(Mount::overlay(&inside))).unwrap();
    let code = "import os, shutil
reader = open('data/a.csv')
with open('data/a.csv', 'a') as f:
    f.write('3,4\\n')
assert reader.read() == 'x,y\\n1,2\\n3,4\\n'
open('data/sub/new', 'w').write('new')
open('data/tmp', 'w').write('replaced')
os.replace('data/tmp', 'data/sub/b.txt')
shutil.rmtree('data/gone')
os.makedirs('data/deep/er')
os.rename('data/deep', 'data/deeper')
open('data/kept', 'r+').close()
[(folder, dirs, names) for folder, dirs, names in os.walk('data')]";
    let expected = "[('data', ['deeper', 'sub'], ['a.csv', 'kept']), ('data/deeper', ['er'], []), ('data/deeper/er', [], []), \
                    ('data/sub', [], ['b.txt', 'new'])]";
    for _ in 0..2 {
        let result = sandbox.execute(code).unwrap();
        assert_eq!(repr(&result), expected);
        let files: Vec<_> = result.output_files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_str())).collect();
        let changed =
            [("data/a.csv", Ok("x,y\n1,2\n3,4\n")), ("data/sub/b.txt", Ok("replaced")), ("data/sub/new", Ok("new"))];
        assert_eq!(files, changed);
        assert_eq!(result.deleted_files, ["data/gone/c"]);
    }
    assert_eq!(fs::read_to_string(inside.join("a.csv")).unwrap(), "x,y\n1,2\n");
    assert!(inside.join("gone/c").exists() && !inside.join("deeper").exists());

    let mut session = sandbox.session().unwrap();
    session.execute("open('data/a.csv', 'w').write('mine')").unwrap();
    fs::write(inside.join("a.csv"), "theirs").unwrap();
    fs::write(inside.join("late"), "late").unwrap();
    let result = session.execute("open('data/a.csv').read(), open('data/late').read()").unwrap();
    assert_eq!(repr(&result), "('mine', 'late')");
    assert!(result.output_files.is_empty(), "what changes outside is no change of the run");
    assert_eq!(session.read_file("data/a.csv").unwrap().as_str(), Ok("mine"));
    assert_eq!(session.read_file("data/late").unwrap().as_str(), Ok("late"));
}

#[test]
fn what_an_overlay_keeps_counts_against_the_limits_of_files() {
    let dir = world();
    fs::write(dir.path().join("in/large"), vec![1; 3 << 20]).unwrap();
    for number in 0..100 {
        fs::write(dir.path().join(format!("in/sub/{number}")), "").unwrap();
    }
    let limits = mounted(Mount::overlay(dir.path().join("in"))).file_bytes(2 << 20).file_count(40);
    let code = "import os
f = open('data/large', 'r+b')
try:
    f.write(b'x')
    f.flush()
except OSError as error:
    print(error.strerror)
removed = 0
try:
    for name in range(100):
        os.unlink(f'data/sub/{name}')
        removed += 1
except OSError as error:
    print(error.strerror)
open('data/large', 'rb').read(1), 10 < removed < 41";
    let result = run_in(limits, code);
    assert_eq!(result.stdout, "No space left on device\nNo space left on device\n", "{:?}", result.error);
}

/// Exercises names, content and attributes below the folder `data`; prints what a program sees.
const WORK: &str = include_str!("../../programs/mounts/work.py");

#[test]
fn a_folder_that_is_written_through_works_like_a_folder() {
    let dir = world();
    let result = run_in(mounted(Mount::read_write(dir.path().join("in"))), WORK);
    let overlay = run_in(mounted(Mount::overlay(world().path().join("in"))), WORK);
    let own = run_in(
        options(),
        &format!(
            "import os\nos.makedirs('data/sub')\nopen('data/a.csv', 'w').write('x,y\\n1,2\\n')\nopen('data/sub/b.txt', 'w').write('b')\n{WORK}"
        ),
    );
    // The oracle is a folder in the memory of the sandbox, which other tests compare with Linux.
    assert_eq!(success(&result).stdout, success(&own).stdout);
    assert_eq!(success(&overlay).stdout, own.stdout);
    assert!(result.output_files.is_empty() && result.deleted_files.is_empty(), "the host's files are no output");
    let inside = dir.path().join("in");
    assert_eq!(fs::read_to_string(inside.join("atomic")).unwrap(), "second");
    assert_eq!(fs::read(inside.join("array")).unwrap()[..6], *b"0hello");
    assert!(fs::read(inside.join("base.sqlite")).unwrap().starts_with(b"SQLite format 3"));
    assert!(!inside.join("sub").exists());
}

#[test]
fn links_are_not_made_on_the_host_and_nothing_becomes_writable_for_others() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = world();
    let inside = dir.path().join("in");
    let told = tried(
        mounted(Mount::read_write(&inside)),
        &[
            "os.symlink('/etc/passwd', 'data/link')",
            "os.link('data/a.csv', 'data/link')",
            "os.chmod('data/a.csv', 0o7777)",
            "os.chown('data/a.csv', 0, 0)",
            "os.close(os.open('data/new', os.O_CREAT | os.O_WRONLY, 0o7777))",
        ],
    );
    assert_eq!(told[..4], ["PermissionError EPERM", "PermissionError EPERM", "None", "PermissionError EPERM"]);
    for name in ["a.csv", "new"] {
        let mode = fs::metadata(inside.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o7022, 0, "{name} {mode:o}");
    }
    assert!(!inside.join("link").exists());
}

#[test]
fn a_quota_bounds_the_growth_of_a_folder_over_all_runs() {
    let dir = world();
    let inside = dir.path().join("in");
    fs::write(inside.join("old"), vec![0; 1000]).unwrap();
    let mount = Mount::read_write(&inside).max_bytes(10_000).max_files(3);
    let sandbox = Sandbox::new(mounted(mount)).unwrap();
    let told = |code: &str| repr(&sandbox.execute(code).unwrap()).to_owned();
    let fill = "import os
def fill(name):
    fd = os.open(name, os.O_CREAT | os.O_RDWR)
    total = 0
    try:
        while True:
            total += os.write(fd, b'x' * 3000)
    except OSError as error:
        return total, error.strerror, fd
";
    assert_eq!(told(&format!("{fill}fill('data/big')[:2]")), "(10000, 'No space left on device')");
    assert_eq!(told(&format!("{fill}fill('data/other')[:2]")), "(0, 'No space left on device')", "the next run");
    assert_eq!(told("import os\nos.truncate('data/big', 4000)\nopen('data/other', 'w').write('y' * 6000)"), "6000");
    // What is removed while it is open takes its room until it is closed.
    let code = format!(
        "{fill}os.unlink('data/other')
count, _, fd = fill('data/third')
os.unlink('data/third')
again = fill('data/fourth')[0]
os.close(fd)
count, again, fill('data/fourth')[0]"
    );
    assert_eq!(told(&code), "(6000, 0, 6000)");
    // A larger file that was there before makes no more room than was used.
    assert_eq!(told(&format!("{fill}os.unlink('data/old')\nfill('data/fifth')[0]")), "1000");
    let many = "import os
made = 0
try:
    for number in range(9):
        os.mkdir(f'data/folder{number}')
        made += 1
except OSError as error:
    print(error.strerror)
made";
    let result = sandbox.execute(many).unwrap();
    assert_eq!(result.stdout, "No space left on device\n");
    assert!(fs::read_dir(&inside).unwrap().count() <= 3 + 3);
    let size: u64 = fs::read_dir(&inside)
        .unwrap()
        .map(|entry| entry.unwrap().metadata().unwrap())
        .filter(|m| m.is_file())
        .map(|m| m.len())
        .sum();
    assert!(size <= 1000 + 8 + 10_000, "{size}");
}

#[test]
fn what_happens_outside_is_new_content_or_an_ordinary_error() {
    let dir = world();
    let inside = dir.path().join("in");
    for mount in [Mount::read_only(&inside), Mount::read_write(&inside)] {
        fs::write(inside.join("log"), "1\n").unwrap();
        fs::write(inside.join("cut"), vec![b'x'; 1 << 20]).unwrap();
        fs::write(inside.join("swap"), "old").unwrap();
        let mut session = Sandbox::new(mounted(mount)).unwrap().session().unwrap();
        let mut told = |code: &str| repr(&session.execute(code).unwrap()).to_owned();
        assert_eq!(
            told(
                "log, cut, swap = [open('data/' + name) for name in ('log', 'cut', 'swap')]\nlog.read(), len(cut.read(100)), swap.read()"
            ),
            r"('1\n', 100, 'old')"
        );
        let mmap = "import mmap\nm = mmap.mmap(cut.fileno(), 0, access=mmap.ACCESS_READ)\nlen(m), m[-1]";
        assert_eq!(told(mmap), "(1048576, 120)");
        fs::write(inside.join("log"), "1\n2\n").unwrap();
        fs::OpenOptions::new().write(true).open(inside.join("cut")).unwrap().set_len(10).unwrap();
        fs::write(inside.join("swap2"), "new").unwrap();
        fs::rename(inside.join("swap2"), inside.join("swap")).unwrap();
        fs::write(inside.join("appeared"), "a").unwrap();
        assert_eq!(told("log.read(), open('data/appeared').read()"), r"('2\n', 'a')");
        assert_eq!(
            told(
                "import os\nos.pread(cut.fileno(), 10, 500_000), len(os.pread(cut.fileno(), 100, 0)), os.fstat(cut.fileno()).st_size"
            ),
            "(b'', 10, 10)"
        );
        assert_eq!(
            told("m[-1], len(m[:]), len(cut.read()) < (1 << 20)"),
            "(0, 1048576, True)",
            "behind the end of the file"
        );
        assert_eq!(told("swap.seek(0)\nswap.read(), open('data/swap').read()"), "('old', 'new')");
        assert_eq!(told("os.fstat(swap.fileno()).st_ino == os.stat('data/swap').st_ino"), "False");
        fs::remove_file(inside.join("swap")).unwrap();
        fs::remove_file(inside.join("appeared")).unwrap();
        assert_eq!(told("swap.seek(0)\nswap.read(), os.path.exists('data/appeared')"), "('old', False)");
        fs::rename(inside.join("sub"), dir.path().join("away")).unwrap();
        assert_eq!(told("os.path.exists('data/sub/b.txt'), 'sub' in os.listdir('data')"), "(False, False)");
        fs::rename(dir.path().join("away"), inside.join("sub")).unwrap();
    }
}

#[test]
fn a_folder_is_held_whatever_its_name_becomes() {
    let dir = world();
    let sandbox = Sandbox::new(mounted(Mount::read_only(dir.path().join("in")))).unwrap();
    fs::rename(dir.path().join("in"), dir.path().join("moved")).unwrap();
    fs::create_dir(dir.path().join("in")).unwrap();
    fs::write(dir.path().join("in/trap"), "").unwrap();
    assert_eq!(repr(&sandbox.execute("import os\nos.listdir('data')").unwrap()), "['a.csv', 'sub']");
    let mut session = sandbox.session().unwrap();
    fs::remove_dir_all(dir.path().join("moved")).unwrap();
    let code = "import os
try:
    print(os.listdir('data'), os.path.exists('data/a.csv'))
except OSError as error:
    print(error.strerror)";
    let result = session.execute(code).unwrap();
    assert_eq!(success(&result).stdout, "[] False\n");
}

#[test]
fn a_single_file_can_be_mounted() {
    let dir = world();
    let file = dir.path().join("in/a.csv");
    let code = "import os
try:
    with open('one.csv', 'a') as f:
        f.write('9')
except OSError as error:
    print(error.strerror)
open('one.csv').read(), os.listdir(), os.path.isfile('one.csv'), os.path.ismount('one.csv')";
    let run = |mount| run_in(options().mount("one.csv", mount), code);
    let result = run(Mount::read_only(&file));
    assert_eq!(result.stdout, "Read-only file system\n");
    assert!(repr(&result).starts_with(r"('x,y\n1,2\n', ['one.csv'], True"), "{:?}", result.final_repr);
    let result = run(Mount::overlay(&file));
    assert!(repr(&result).starts_with(r"('x,y\n1,2\n9', ['one.csv'], True"), "{:?}", result.final_repr);
    assert_eq!(result.output_files["one.csv"].as_str(), Ok("x,y\n1,2\n9"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "x,y\n1,2\n");
    let result = run(Mount::read_write(&file));
    assert!(repr(&result).starts_with(r"('x,y\n1,2\n9', ['one.csv'], True"), "{:?}", result.final_repr);
    assert_eq!(fs::read_to_string(&file).unwrap(), "x,y\n1,2\n9");
}

#[test]
fn mounts_cover_what_is_there_and_can_be_inside_each_other() {
    let dir = world();
    let (inside, sub) = (dir.path().join("in"), dir.path().join("other"));
    fs::create_dir(&sub).unwrap();
    fs::write(sub.join("deep"), "deep").unwrap();
    for (outer, inner) in [
        (Mount::read_only(&inside), Mount::read_write(&sub)),
        (Mount::overlay(&inside), Mount::read_only(&sub)),
        (Mount::read_write(&inside), Mount::overlay(&sub)),
        (Mount::read_only(&inside), Mount::overlay(&sub)),
    ] {
        let changes = inner == Mount::overlay(&sub);
        let options =
            options().mount("data", outer).mount("data/sub", inner.clone()).mount("data/new", Mount::read_only(&sub));
        let sandbox = Sandbox::new(options).unwrap();
        let code = "import os
try:
    open('data/sub/made', 'w').write('made')
except OSError:
    pass
found = os.listdir('data'), os.listdir('data/new')[:1], open('data/sub/deep').read(), os.path.realpath('data/sub/..')
os.chdir('data/sub')
found, os.getcwd(), open('../a.csv').read(1), os.path.exists('made')";
        let result = sandbox.execute(code).unwrap();
        let made = inner != Mount::read_only(&sub);
        let expected = format!(
            "((['a.csv', 'new', 'sub'], ['deep'], 'deep', '/home/earth/data'), '/home/earth/data/sub', 'x', {})",
            if made { "True" } else { "False" }
        );
        assert_eq!(repr(&result), expected);
        assert_eq!(result.output_files.contains_key("data/sub/made"), changes, "{:?}", result.output_files.keys());
        drop(fs::remove_file(sub.join("made")));
    }
    let covered = options().file("data/own", "own").mount("data", Mount::overlay(&inside));
    let result = run_in(covered, "import os\nos.listdir('data'), open('data/own').read()");
    assert_eq!(repr(&result), "(['a.csv', 'own', 'sub'], 'own')", "files of the options go into an overlay");
    let home = options().mount("/home/earth", Mount::overlay(&inside)).file("own", "own");
    let result = run_in(home, "import os\nopen('made', 'w').write('made')\nos.getcwd(), os.listdir()");
    assert_eq!(repr(&result), "('/home/earth', ['a.csv', 'made', 'own', 'sub'])");
    assert_eq!(result.output_files.keys().collect::<Vec<_>>(), ["made"]);
}

#[test]
fn options_that_cannot_be_are_refused_by_name() {
    let dir = world();
    let inside = dir.path().join("in");
    let refused = |options: SandboxOptions| match Sandbox::new(options) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("not refused"),
    };
    for path in ["/lib", "/lib/python3.14/site-packages/x", "/dev", "/dev/shm", "/proc/self", "/usr", "/home"] {
        let error = refused(options().mount(path, Mount::read_only(&inside)));
        assert!(error.starts_with(&format!("option `mounts`: {path:?} ")), "{error}");
    }
    for path in ["", "/", "..", "a/../b", "a\0b", "a/"] {
        let options = options().mount(path, Mount::read_only(&inside));
        assert!(matches!(Sandbox::new(options), Err(Error::InvalidPath { .. })), "{path:?}");
    }
    let error = refused(options().mount("a", Mount::read_only(&inside)).mount("./a", Mount::read_only(&inside)));
    assert!(error.contains("another mount"), "{error}");
    for path in ["nowhere", "secret/x"] {
        let error = refused(options().mount("a", Mount::read_only(dir.path().join(path))));
        assert!(error.starts_with("option `mounts`: cannot open "), "{error}");
    }
    let error = refused(options().mount("a", Mount::read_only(&inside)).file("a/x", "x"));
    assert!(error.contains("EROFS"), "{error}");
    let error = refused(options().mount("a", Mount::read_write(&inside)).mount("a/no/b", Mount::read_only(&inside)));
    assert!(error.contains("ENOENT"), "{error}");
    assert!(!inside.join("no").exists());
    let many =
        (0..65).fold(options(), |options, number| options.mount(format!("m{number}"), Mount::read_only(&inside)));
    assert!(refused(many).contains("more than 64"));
    let error = sandbox().execute_with("1", ExecuteOptions::new().cwd("data")).unwrap_err();
    assert!(matches!(error, Error::InvalidOption { .. }), "{error}");
    let cwd = Sandbox::new(mounted(Mount::read_only(&inside))).unwrap();
    let result = cwd.execute_with("import os\nos.listdir()", ExecuteOptions::new().cwd("data")).unwrap();
    assert_eq!(repr(&result), "['a.csv', 'sub']");
}

#[test]
fn a_session_keeps_its_mounts_when_it_loses_its_names() {
    let dir = world();
    let mut session: Session =
        Sandbox::new(mounted(Mount::read_write(dir.path().join("in")))).unwrap().session().unwrap();
    let lost = session.execute("import os\nf = open('data/a.csv')\nos.chdir('data')\nos._exit(3)").unwrap();
    assert!(lost.session_lost);
    assert_eq!(repr(&session.execute("open('data/a.csv').read(1)").unwrap()), "'x'");
    session.reset().unwrap();
    assert_eq!(repr(&session.execute("open('data/a.csv').read(1)").unwrap()), "'x'");
    assert!(session.list_files().unwrap().is_empty(), "the files of a mount are the host's");
    session.remove_file("data/a.csv").unwrap();
    assert!(!dir.path().join("in/a.csv").exists());
}

#[test]
fn a_run_that_repeats_sees_the_same_numbers_and_order() {
    let dir = world();
    let options = mounted(Mount::read_only(dir.path().join("in"))).deterministic(terrarium_core::Deterministic::new());
    let code = "import os\n[(e.name, e.inode(), e.stat().st_ino) for e in os.scandir('data')], os.stat('data').st_ino";
    let first = repr(&run_in(options.clone(), code)).to_owned();
    // Other numbers on the host.
    let other = world();
    fs::write(other.path().join("in/first"), "").unwrap();
    fs::remove_file(other.path().join("in/first")).unwrap();
    let mut again = options;
    again.mounts.insert("data".to_owned(), Mount::read_only(other.path().join("in")));
    assert_eq!(repr(&run_in(again, code)), first);
}

#[test]
fn a_folder_with_very_many_files_and_one_that_is_very_deep_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let many = dir.path().join("many");
    fs::create_dir(&many).unwrap();
    for number in 0..100_000 {
        fs::File::create(many.join(format!("file-{number:06}"))).unwrap();
    }
    let mut deep = dir.path().join("deep");
    for _ in 0..150 {
        deep.push("d".repeat(10));
    }
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("end"), "end").unwrap();
    let code = "import os
names = os.listdir('data/many')
count = sum(1 for _ in os.scandir('data/many'))
sizes = sum(entry.stat().st_size for entry in os.scandir('data/many'))
end = [folder for folder, _, names in os.walk('data/deep') if 'end' in names]
names == sorted(names), len(names), count, sizes, len(end), open(end[0] + '/end').read()";
    let result = run_in(mounted(Mount::read_only(dir.path())).timeout(std::time::Duration::from_secs(120)), code);
    assert_eq!(repr(&result), "(True, 100000, 100000, 0, 1, 'end')");
}

#[test]
fn names_that_are_not_utf8_are_read_and_reported() {
    use std::os::unix::ffi::OsStrExt as _;
    let dir = world();
    let name = std::ffi::OsStr::from_bytes(b"n\xff");
    fs::write(dir.path().join("in").join(name), "n").unwrap();
    let code = "import os\n[(n, open(os.path.join('data', n)).read()) for n in os.listdir('data') if n.startswith('n')], open(b'data/n\\xff').read()";
    let result = run_in(mounted(Mount::overlay(dir.path().join("in"))), code);
    assert_eq!(repr(&result), r"([('n\udcff', 'n')], 'n')");
    let result = run_in(mounted(Mount::overlay(dir.path().join("in"))), "open(b'data/n\\xff', 'a').write('m')");
    assert_eq!(result.output_files.keys().collect::<Vec<_>>(), ["data/n\\xff"]);
}

#[test]
fn packages_and_modules_are_imported_from_a_mount() {
    let dir = world();
    fs::create_dir(dir.path().join("in/tools")).unwrap();
    fs::write(dir.path().join("in/tools/__init__.py"), "def answer():\n    return 6 * 7\n").unwrap();
    let code = "import sys\nsys.path.insert(0, '/mnt/lib')\nimport tools\ntools.answer()";
    let mount = Mount::read_only(dir.path().join("in"));
    let result = run_in(options().mount("/mnt/lib", mount.clone()), code);
    assert_eq!(success(&result).final_expression, int(42));
    let result = run_in(options().mount("/mnt/lib", mount), "import ctypes\nctypes.CDLL('/mnt/lib/a.csv')");
    assert_eq!(result.status, Status::Error);
}

#[test]
fn locks_exclude_other_runs_and_programs_of_the_host() {
    let dir = world();
    let mount = Mount::read_write(dir.path().join("in"));
    let session = || Sandbox::new(mounted(mount.clone())).unwrap().session().unwrap();
    let (mut one, mut other) = (session(), session());
    let open = "import sqlite3\nbase = sqlite3.connect('data/base', timeout=0, isolation_level=None)";
    success(
        &one.execute(&format!("{open}\nbase.execute('create table t(a)')\nbase.execute('begin exclusive')")).unwrap(),
    );
    let insert = format!(
        "{open}\ntry:\n    base.execute('insert into t values(1)')\n    told = 'done'\nexcept sqlite3.OperationalError as error:\n    told = str(error)\ntold"
    );
    assert_eq!(repr(&other.execute(&insert).unwrap()), "'database is locked'");
    success(&one.execute("base.execute('commit')").unwrap());
    assert_eq!(repr(&other.execute(&insert).unwrap()), "'done'");

    let lock = "import fcntl
f = open('data/lock', 'w')
try:
    fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
    told = 'locked'
except BlockingIOError:
    told = 'refused'
told";
    assert_eq!(repr(&one.execute(lock).unwrap()), "'locked'");
    assert_eq!(repr(&other.execute(lock).unwrap()), "'refused'");
    let held = fs::File::open(dir.path().join("in/lock")).unwrap();
    assert!(held.try_lock().is_err(), "the host's programs heed it");
    success(&one.execute("fcntl.flock(f, fcntl.LOCK_UN)").unwrap());
    held.try_lock().unwrap();
    assert_eq!(repr(&other.execute(lock).unwrap()), "'refused'");
    held.unlock().unwrap();

    // A lock that waits ends with the run, and a session that is gone holds none.
    let wait = "import fcntl\ng = open('data/lock', 'r+')\nfcntl.lockf(g, fcntl.LOCK_EX)\n'locked'";
    assert_eq!(repr(&one.execute(wait).unwrap()), "'locked'");
    let short = ExecuteOptions::new().timeout(std::time::Duration::from_millis(300));
    assert_eq!(other.execute_with(wait, short).unwrap().status, Status::Timeout);
    drop(one);
    assert_eq!(repr(&other.execute(wait).unwrap()), "'locked'");
}
