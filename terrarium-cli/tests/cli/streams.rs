//! Standard input, output and error.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Read as _},
    process::Stdio,
};

use crate::support::{Ran, feed, folder, path, ran, ran_with, spawn, terrarium};

const ECHO: &str = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())";

#[test]
fn a_piped_input_reaches_the_program_byte_by_byte() {
    let every_byte: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let output = ran_with(&["run", "-c", ECHO], every_byte.clone());
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout == every_byte);
}

#[test]
fn a_piped_input_reaches_a_program_file() {
    let dir = folder(&[("program.py", "print(input() + '!')\nprint(list(__import__('sys').stdin))")]);
    let ran: Ran = ran_with(&["run", &path(&dir, "program.py")], "hi\na\nb").into();
    assert_eq!((ran.code, &*ran.stdout), (Some(0), "hi!\n['a\\n', 'b']\n"), "{}", ran.stderr);
}

#[test]
fn a_file_can_be_the_input() {
    let dir = folder(&[("in.txt", "from a file")]);
    let file = path(&dir, "in.txt");
    assert_eq!(ran(&["run", "--stdin", &file, "-c", ECHO]).stdout, "from a file");
    let piped = ran_with(&["run", "--stdin", &file, "-c", ECHO], "from the pipe");
    assert_eq!(piped.stdout, b"from a file");
    let open = terrarium(&["run", "-c", ECHO]).stdin(File::open(&file).unwrap()).output().unwrap();
    assert_eq!(open.stdout, b"from a file");
    let none = ran_with(&["run", "--stdin", "/dev/null", "-c", ECHO], "from the pipe");
    assert_eq!(none.stdout, b"");
}

#[test]
fn the_program_can_be_the_input() {
    for line in [&["run"][..], &["run", "-", "a"], &["run", "--timeout", "9s", "-", "a", "b"]] {
        let ran: Ran = ran_with(line, "import sys\nprint(len(sys.argv), sys.stdin.read() == '')").into();
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let args = line.iter().rev().take_while(|arg| **arg != "-" && **arg != "run").count();
        assert_eq!(ran.stdout, format!("{} True\n", args + 1));
    }
}

#[test]
fn input_without_an_end_is_read_as_far_as_the_code_reads() {
    let zeros = File::open("/dev/zero").unwrap();
    let code = "import sys; print(len(sys.stdin.buffer.read(3_000_000)))";
    let output = terrarium(&["run", "--file-bytes", "1MiB", "-c", code]).stdin(zeros).output().unwrap();
    assert_eq!(Ran::from(output).stdout, "3000000\n");
}

#[test]
fn both_streams_are_exact() {
    let code = "import sys\nprint('Hello 世界! 🌍', end='', flush=True)\nsys.stderr.write('no newline')\nsys.stdout.buffer.write(b'\\xff\\x00')";
    let output = terrarium(&["run", "-c", code]).output().unwrap();
    assert_eq!(output.stdout, ["Hello 世界! 🌍".as_bytes(), b"\xff\x00"].concat());
    assert_eq!(output.stderr, b"no newline");
}

#[test]
fn ten_thousand_lines_arrive() {
    let ran = ran(&["run", "-c", "for i in range(10_000): print(i)"]);
    assert!(ran.stdout.lines().map(str::to_owned).eq((0..10_000).map(|i| i.to_string())));
}

#[test]
fn output_is_passed_on_while_the_program_runs() {
    let code = "import sys\nfor i in range(3):\n    print(i)\n    print('e', i, file=sys.stderr)\nwhile True: pass";
    let mut child = spawn(&mut terrarium(&["run", "--timeout", "none", "-c", code]));
    let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let three = |lines: &mut dyn Iterator<Item = std::io::Result<String>>| -> Vec<String> {
        lines.take(3).map(Result::unwrap).collect()
    };
    assert_eq!(three(&mut BufReader::new(stdout).lines()), ["0", "1", "2"]);
    assert_eq!(three(&mut BufReader::new(stderr).lines()), ["e 0", "e 1", "e 2"]);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_reader_that_has_gone_ends_the_run_quietly() {
    for line in [
        &["run", "--timeout", "none", "--stream-bytes", "1G", "-c", "while True: print('x' * 1000)"][..],
        &["run", "--json", "-c", "'x' * 1_000_000"],
    ] {
        let mut child = spawn(&mut terrarium(line));
        let mut first = [0; 10];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let ended = Ran::from(child.wait_with_output().unwrap());
        assert_eq!((ended.code, &*ended.stderr), (Some(141), ""), "{line:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_is_a_fault() {
    let full = || File::options().write(true).open("/dev/full").unwrap();
    for line in [&["run", "-c", "print(1)"][..], &["run", "--json", "-c", "1"], &["info"]] {
        let mut command = terrarium(line);
        let child = command.stdout(full()).stderr(Stdio::piped()).spawn().unwrap();
        let ended = Ran::from(child.wait_with_output().unwrap());
        assert_eq!(ended.code, Some(70), "{line:?}: {}", ended.stderr);
        assert!(ended.stderr.contains("cannot write to the standard output: No space left"), "{}", ended.stderr);
    }
}

#[test]
fn an_input_that_nobody_reads_does_no_harm() {
    let child = spawn(terrarium(&["run", "--stdin", "/dev/null", "-c", "print(1)"]).stdin(Stdio::piped()));
    let ran = Ran::from(feed(child, vec![b'x'; 1 << 20]));
    assert_eq!((ran.code, &*ran.stdout), (Some(0), "1\n"));
}
