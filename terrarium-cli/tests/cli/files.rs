//! Files into the sandbox and out of it.

use std::fs;

use crate::support::{Ran, folder, path, ran, ran_with, terrarium};

#[test]
fn files_go_in_and_results_come_out() {
    let dir = folder(&[("a.txt", "1\n2\n39\n"), ("data/deep/b.txt", "b")]);
    let (a, data, out) = (path(&dir, "a.txt"), path(&dir, "data"), path(&dir, "results/here"));
    let code = "import os
total = sum(map(int, open('in/numbers.txt')))
os.makedirs('made')
open('made/total.txt', 'w').write(str(total))
open('data/deep/b.txt', 'a').write('!')
os.makedirs('/srv'); open('/srv/log', 'w').write('absolute')
print(open('a.txt').read() == open('in/numbers.txt').read())";
    let numbers = format!("{a}:in/numbers.txt");
    let ran = ran(&["run", "-v", "--out", &out, "--file", &a, "--file", &numbers, "--file", &data, "-c", code]);
    assert_eq!((ran.code, &*ran.stdout), (Some(0), "True\n"), "{}", ran.stderr);
    let read = |name: &str| fs::read_to_string(path(&dir, &format!("results/here/{name}"))).unwrap();
    assert_eq!(read("made/total.txt"), "42");
    assert_eq!(read("data/deep/b.txt"), "b!");
    assert_eq!(read("srv/log"), "absolute");
    assert_eq!(ran.stderr.matches("terrarium: wrote ").count(), 3, "inputs that did not change are not written");
    assert_eq!(fs::read_to_string(path(&dir, "data/deep/b.txt")).unwrap(), "b", "the host's own file is as it was");
}

#[test]
fn large_files_are_copied_exactly() {
    let dir = folder(&[]);
    let content: Vec<u8> = (0..5_000_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    fs::write(dir.path().join("in"), &content).unwrap();
    let (input, out) = (path(&dir, "in"), path(&dir, "out"));
    let ran = ran(&["run", "--file", &input, "--out", &out, "-c", "import shutil; shutil.copy('in', 'copy')"]);
    assert_eq!((ran.code, &*ran.stderr), (Some(0), ""));
    assert!(fs::read(dir.path().join("out/copy")).unwrap() == content);
    assert_eq!(fs::read_dir(dir.path().join("out")).unwrap().count(), 1);
}

#[test]
fn files_come_out_whatever_became_of_the_run() {
    let dir = folder(&[]);
    let out = path(&dir, "out");
    for (end, code) in [("1/0", 1), ("while True: pass", 124), ("import os; os._exit(5)", 5)] {
        let program = format!("open('f', 'w').write('{code}')\n{end}");
        let ran = ran(&["run", "--timeout", "500ms", "--out", &out, "-c", &program]);
        assert_eq!(ran.code, Some(code), "{}", ran.stderr);
        assert_eq!(fs::read_to_string(dir.path().join("out/f")).unwrap(), code.to_string());
    }
}

#[test]
fn json_and_files_go_together() {
    let dir = folder(&[]);
    let ran = ran(&["run", "--json", "--out", &path(&dir, "out"), "-c", "open('f', 'w').write('hi')"]);
    let result: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(result["output_files"]["f"], "aGk=");
    assert_eq!(fs::read_to_string(dir.path().join("out/f")).unwrap(), "hi");
}

#[cfg(unix)]
#[test]
fn hostile_names_stay_in_the_folder() {
    use std::os::unix::fs::symlink;
    let dir = folder(&[("mine", "mine"), ("elsewhere/x", "mine")]);
    fs::create_dir(dir.path().join("out")).unwrap();
    symlink("../elsewhere", dir.path().join("out/link")).unwrap();
    symlink("../mine", dir.path().join("out/mine")).unwrap();
    let code = r"import os
names = ['..x', '...', '-rf', '~', 'a\\b', 'C:x', 'new\nline', '\x1b[31m', ' ', 'link/x', 'mine', '/a/../../b']
for name in names:
    if os.path.dirname(name):
        os.makedirs(os.path.dirname(name), exist_ok=True)
    open(name, 'w').write('hostile')
os.symlink('/etc/passwd', 'passwd')
os.symlink('../../../mine', 'up')
os.symlink('/', 'root')
open('../../../../../escaped', 'w').write('hostile')";
    let ran = ran(&["run", "-v", "--out", &path(&dir, "out"), "-c", code]);
    assert_eq!(ran.code, Some(70), "{}", ran.stderr);
    assert!(ran.stderr.contains("terrarium: cannot write \"link/x\""), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("output files could not be written\n"), "{}", ran.stderr);
    assert!(!ran.stderr.contains('\x1b'), "names are shown escaped: {}", ran.stderr);
    assert_eq!(fs::read_to_string(dir.path().join("mine")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(dir.path().join("elsewhere/x")).unwrap(), "mine");
    let names = |folder: &str| -> Vec<String> {
        let entries = fs::read_dir(dir.path().join(folder)).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(names("."), ["elsewhere", "mine", "out"]);
    assert_eq!(names("elsewhere"), ["x"]);
    for name in ["..x", "...", "-rf", "~", "a\\b", "new\nline", "mine", "escaped", "b"] {
        let file = dir.path().join("out").join(name);
        assert!(file.symlink_metadata().unwrap().is_file(), "{name:?} in {:?}", names("out"));
    }
}

#[test]
fn options_can_come_from_a_file() {
    let options = r#"{"timeout": 0.2, "files": {"a.txt": "aGk="}, "env": {"A": "1"}, "args": ["x"]}"#;
    let dir = folder(&[("options.json", options)]);
    let config = path(&dir, "options.json");
    let code = "import os, sys; print(open('a.txt').read(), os.environ['A'], sys.argv[1:])";
    assert_eq!(ran(&["run", "--config", &config, "-c", code]).stdout, "hi 1 ['x']\n");
    let other = ran(&["run", "--config", &config, "--env", "A=2", "-c", code, "y"]);
    assert_eq!(other.stdout, "hi 2 ['y']\n");
    assert_eq!(ran(&["run", "--config", &config, "-c", "while True: pass"]).code, Some(124));
}

#[test]
fn a_path_that_leads_out_of_the_home_folder_is_refused() {
    let dir = folder(&[("a", "")]);
    for guest in ["../a", "/a", "x/../../a"] {
        let file = format!("{}:{guest}", path(&dir, "a"));
        let ran = ran(&["run", "--file", &file, "-c", "1"]);
        assert_eq!(ran.code, Some(2));
        assert!(ran.stderr.starts_with(&format!("terrarium: invalid path {guest:?}")), "{}", ran.stderr);
    }
}

#[test]
fn the_prompt_has_the_files_too() {
    let dir = folder(&[("a.txt", "text")]);
    let mut command = terrarium(&["--file", &path(&dir, "a.txt")]);
    let input = folder(&[("in", "open('a.txt').read()\n")]);
    let output = command.stdin(fs::File::open(path(&input, "in")).unwrap()).output().unwrap();
    assert_eq!(output.stdout, b"'text'\n");
}

#[test]
fn a_folder_of_the_host_is_mounted_in_each_mode() {
    let dir = folder(&[("data/a.txt", "a")]);
    let host = path(&dir, "data");
    let code = "import os\nopen('d/b.txt', 'w').write('b')\nprint(sorted(os.listdir('d')), open('d/a.txt').read())";
    let read_only = ran(&["run", "--mount", &format!("d:{host}"), "-c", code]);
    assert_eq!(read_only.code, Some(1));
    assert!(read_only.stderr.contains("Read-only file system"), "{}", read_only.stderr);
    assert!(!read_only.stderr.contains(&host), "no path of the host is shown: {}", read_only.stderr);
    let out = path(&dir, "out");
    let overlay = ran(&["run", "--mount", &format!("d:{host}:overlay"), "--out", &out, "-c", code]);
    assert_eq!((overlay.code, &*overlay.stdout), (Some(0), "['a.txt', 'b.txt'] a\n"), "{}", overlay.stderr);
    assert_eq!(fs::read_to_string(path(&dir, "out/d/b.txt")).unwrap(), "b");
    assert!(!dir.path().join("data/b.txt").exists());
    let written = ran(&["run", "--mount", &format!("d:{host}:rw,bytes=1k,files=1"), "-c", code]);
    assert_eq!((written.code, &*written.stdout), (Some(0), "['a.txt', 'b.txt'] a\n"), "{}", written.stderr);
    assert_eq!(fs::read_to_string(path(&dir, "data/b.txt")).unwrap(), "b");
    for mount in ["d", "d:/no/such/folder", "/lib:."] {
        let refused = ran(&["run", "--mount", mount, "-c", "1"]);
        assert_eq!(refused.code, Some(2), "{mount}: {}", refused.stderr);
    }
}

#[test]
fn each_piece_of_an_interactive_session_sees_the_present_state_of_a_folder() {
    let dir = folder(&[("data/a.txt", "a")]);
    let mount = format!("d:{}:rw", path(&dir, "data"));
    let input = "open('d/b', 'w').write('b')\nimport os\nos.listdir('d')\n";
    let told: Ran = ran_with(&["--mount", &mount], input).into();
    assert!(told.stdout.contains("['a.txt', 'b']"), "{told:?}");
}
