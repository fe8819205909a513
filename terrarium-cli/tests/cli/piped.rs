//! The prompt without a terminal: blocks through a pipe.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::Stdio,
};

use crate::support::{Ran, ran_with, spawn, terrarium};

fn piped(lines: &'static str) -> Ran {
    ran_with(&[], lines).into()
}

#[test]
fn lines_print_their_values_text_loops_and_errors() {
    let ran = piped("1 + 1\nprint('text')\nfor i in range(3):\n    print(i)\n\n1/0\nx = 5\nx\n");
    assert_eq!((ran.code, &*ran.stdout), (Some(0), "2\ntext\n0\n1\n2\n5\n"));
    assert!(ran.stderr.ends_with("ZeroDivisionError: division by zero\n"), "{}", ran.stderr);
}

#[test]
fn values_are_printed_by_their_repr_and_none_is_not() {
    let ran = piped("x = 1 + 1; x\nx = 2\nNone\n'a'\n_\n");
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (Some(0), "2\n'a'\n'a'\n", ""));
}

#[test]
fn an_exception_is_told_by_its_text() {
    let ran = piped("raise ValueError('told')\n");
    assert!(ran.stderr.ends_with("ValueError: told\n"), "{}", ran.stderr);
}

#[test]
fn leaving_ends_the_program() {
    let ran = piped("print(1)\nexit()\nprint(2)\n");
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (Some(0), "1\n", ""));
}

#[test]
fn leaving_gives_its_code() {
    assert_eq!(piped("print(1)\nexit(3)\n").code, Some(3));
    assert_eq!(piped("import sys\nsys.exit(4)\n\n# the end\n").code, Some(4));
    assert_eq!(piped("exit(3)\nprint(1)\n").code, Some(3));
}

#[test]
fn an_indented_block_runs() {
    let ran = piped("    x = 1\n    x + 1\n");
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (Some(0), "2\n", ""));
}

#[test]
fn blocks_end_with_an_empty_line_or_the_input() {
    let ran = piped("def f(x):\n    return x * 2\n\nf(21)\ns = '''a\n\nb'''\ns\nif f(1):\n    print('last')");
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (Some(0), "42\n'a\\n\\nb'\nlast\n", ""));
}

#[test]
fn a_block_goes_on_with_its_else() {
    let ran = piped("try:\n    1/0\nexcept ZeroDivisionError:\n    print('caught')\nelse:\n    print('no')\n\n");
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (Some(0), "caught\n", ""));
}

#[test]
fn an_unfinished_block_is_a_syntax_error() {
    let ran = piped("print('before')\nx = (1 +\n");
    assert_eq!((ran.code, &*ran.stdout), (Some(0), "before\n"));
    assert!(ran.stderr.contains("SyntaxError: '(' was never closed"), "{}", ran.stderr);
}

#[test]
fn lines_of_another_system_run_too() {
    let ran = piped("for i in range(2):\r\n    print(i)\r\n\r\n'ü'\r\n");
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (Some(0), "0\n1\n'ü'\n", ""));
}

#[test]
fn the_session_goes_on_after_a_timeout() {
    let ran = Ran::from(ran_with(&["--timeout", "300ms"], "x = 41\nwhile True: pass\n\nx + 1\n"));
    assert_eq!((ran.code, &*ran.stdout), (Some(0), "42\n"), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("TimeoutError: the run was stopped after 0.3 s\n"), "{}", ran.stderr);
}

#[test]
fn a_block_runs_before_the_next_one_is_there() {
    let mut child = spawn(terrarium(&["repl"]).stdin(Stdio::piped()));
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for (block, answer) in [("6 * 7\n", "42"), ("for i in range(1):\n    print('loop')\n\n", "loop"), ("_\n", "42")] {
        stdin.write_all(block.as_bytes()).unwrap();
        assert_eq!(lines.next().unwrap().unwrap(), answer);
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn what_is_not_text_is_bad_usage() {
    let ran = Ran::from(ran_with(&[], &b"print(1)\n\xff\n"[..]));
    assert_eq!((ran.code, &*ran.stdout), (Some(2), "1\n"));
    assert!(ran.stderr.starts_with("terrarium: cannot read the standard input"), "{}", ran.stderr);
}
