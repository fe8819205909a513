//! The prompt on a terminal: the program runs in a pseudo-terminal, and the tests read an emulated screen.

use crate::{
    pty::{CTRL_C, CTRL_D, Terminal},
    support::folder,
};

const UP: &str = "\x1b[A";

#[test]
fn blocks_run_and_show_their_values() {
    let state = folder(&[]);
    let terminal = Terminal::start(&[], state.path());
    terminal.shows("Ctrl+D leaves\n>>>");
    terminal.types("1 + 1\r");
    terminal.shows(">>> 1 + 1\n2\n>>>");
    terminal.types("_ * 21\r");
    terminal.shows(">>> _ * 21\n42\n>>>");
    terminal.types("None\r");
    terminal.shows(">>> None\n>>>");
    terminal.types("print('no newline', end='')\r");
    terminal.shows("\nno newline\n>>>");
    terminal.types("1/0\r");
    terminal.shows("ZeroDivisionError: division by zero\n>>>");
    terminal.types(CTRL_D);
    assert_eq!(terminal.ends(), Some(0));
}

#[test]
fn a_block_is_indented_and_ends_with_an_empty_line() {
    let state = folder(&[]);
    let terminal = Terminal::start(&["repl"], state.path());
    terminal.shows(">>>");
    terminal.types("def f(x):");
    terminal.shows("def f(x):");
    terminal.types("\r");
    terminal.shows("def f(x):\n...");
    terminal.types("if x:");
    terminal.shows("...     if x:");
    terminal.types("\r");
    terminal.types("return 'deep'");
    terminal.shows("...         return 'deep'");
    terminal.types("\r");
    terminal.types("x");
    terminal.shows("...     x");
    // Moves one level back, and ends the block.
    terminal.types("\x7f");
    terminal.shows("return 'deep'\n...");
    terminal.types("\x7f");
    terminal.types("\r");
    terminal.shows("\n>>>");
    terminal.types("f(1)\r");
    terminal.shows(">>> f(1)\n'deep'\n>>>");
}

#[test]
fn unicode_is_typed_and_shown() {
    let state = folder(&[]);
    let terminal = Terminal::start(&[], state.path());
    terminal.shows(">>>");
    terminal.types("größe = 'Hello 世界! 🌍'\r");
    terminal.shows("世界! 🌍'\n>>>");
    terminal.types("größe, len(größe)\r");
    terminal.shows("('Hello 世界! 🌍', 11)\n>>>");
}

#[test]
fn history_lasts_from_one_start_to_the_next() {
    let state = folder(&[]);
    let terminal = Terminal::start(&[], state.path());
    terminal.shows(">>>");
    terminal.types("'first'\r");
    terminal.shows("'first'\n>>>");
    terminal.types("'second'\r");
    terminal.shows("'second'\n>>>");
    terminal.types(UP);
    terminal.shows(">>> 'second'");
    terminal.types(UP);
    terminal.shows(">>> 'first'");
    terminal.types("\r");
    terminal.shows(">>> 'first'\n'first'\n>>>");
    terminal.types("exit()\r");
    assert_eq!(terminal.ends(), Some(0));

    let file = state.path().join("terrarium/history");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "'first'\n'second'\n'first'\nexit()\n");
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    let again = Terminal::start(&[], state.path());
    again.shows(">>>");
    again.types(UP);
    again.shows(">>> exit()");
    again.types(UP);
    again.shows(">>> 'first'");
}

#[test]
fn tab_completes_names() {
    let state = folder(&[]);
    let terminal = Terminal::start(&[], state.path());
    terminal.shows(">>>");
    terminal.types("längste_zeile = 'x'\r");
    terminal.shows("zeile = 'x'\n>>>");
    terminal.types("längs");
    terminal.shows(">>> längs");
    terminal.types("\t");
    terminal.shows(">>> längste_zeile");
    terminal.types(".upp");
    terminal.shows("zeile.upp");
    terminal.types("\t");
    terminal.shows("zeile.upper");
    terminal.types("()\r");
    terminal.shows("\n'X'\n>>>");
    terminal.types("import math; math.is");
    terminal.shows("math.is");
    terminal.types(CTRL_C);
    terminal.shows("\n>>>");
    terminal.types("import math\r");
    terminal.shows("import math\n>>>");
    terminal.types("math.is");
    terminal.shows("math.is");
    terminal.types("\t");
    terminal.waits(|screen| ["isclose", "isfinite", "isqrt"].iter().all(|name| screen.contains(name)), "a menu");
}

#[test]
fn ctrl_c_clears_the_line() {
    let state = folder(&[]);
    let terminal = Terminal::start(&[], state.path());
    terminal.shows(">>>");
    terminal.types("print('not run'");
    terminal.shows("print('not run'");
    terminal.types(CTRL_C);
    terminal.shows("\n>>>");
    terminal.types("'still here'\r");
    terminal.shows("'still here'\n>>>");
}

#[test]
fn ctrl_c_interrupts_code_and_the_session_goes_on() {
    let state = folder(&[]);
    let terminal = Terminal::start(&["--timeout", "none"], state.path());
    terminal.shows(">>>");
    terminal.types("x = 41\r");
    terminal.shows("x = 41\n>>>");
    for code in ["print('begun'); [None for _ in iter(int, 1)]", "print('begun'); __import__('time').sleep(1000)"] {
        terminal.types(code);
        terminal.types("\r");
        terminal.shows("\nbegun");
        terminal.types(CTRL_C);
        terminal.shows("KeyboardInterrupt\n>>>");
        terminal.types("x + 1\r");
        terminal.shows(">>> x + 1\n42\n>>>");
    }
    terminal.types(CTRL_D);
    assert_eq!(terminal.ends(), Some(0));
}

#[test]
fn code_that_will_not_stop_loses_the_names_only() {
    let state = folder(&[]);
    let terminal = Terminal::start(&["--timeout", "none"], state.path());
    terminal.shows(">>>");
    terminal.types("x = open('kept', 'w').write('file')\r");
    terminal.shows("write('file')\n>>>");
    // A regular expression that never ends, in C.
    terminal.types("import re; print('begun'); re.match('(a+)+$', 'a' * 64 + 'b')\r");
    terminal.shows("\nbegun");
    terminal.types(CTRL_C);
    terminal.waits(|screen| screen.contains("KeyboardInterrupt"), "the interrupt");
    terminal.waits(|screen| screen.trim_end().ends_with("\n>>>"), "a prompt");
    terminal.types("open('kept').read()\r");
    terminal.shows("'file'\n>>>");
}

#[test]
fn exit_leaves_with_its_code() {
    let state = folder(&[]);
    for (block, code) in [("exit(7)\r", 7), ("quit()\r", 0), ("raise SystemExit(3)\r", 3)] {
        let terminal = Terminal::start(&[], state.path());
        terminal.shows(">>>");
        terminal.types(block);
        assert_eq!(terminal.ends(), Some(code));
    }
}

#[test]
fn a_pasted_program_is_one_block() {
    let state = folder(&[]);
    let terminal = Terminal::start(&[], state.path());
    terminal.shows(">>>");
    terminal.types("\x1b[200~def f():\n    x = 1\n\n    return x\n\nf() + 1\x1b[201~");
    terminal.shows("f() + 1");
    terminal.types("\r");
    terminal.shows("f() + 1\n2\n>>>");
}

#[test]
fn the_first_start_on_a_machine_says_why_it_takes_long() {
    let (state, cache) = (folder(&[]), folder(&[]));
    // With a package of compiled code, whose image is built: the program may contain the bare image.
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/corpus");
    let args = ["run", "--package", "kiwisolver", "--packages-from", corpus, "-c", "print('ready')"];
    let first = Terminal::with_cache(&args, state.path(), &cache.path().join("cache"));
    // The end of the build is not waited for, since others may keep the processors busy.
    first.shows("terrarium: preparing the interpreter (once per machine)…");
}

#[test]
fn a_program_is_wanted() {
    let state = folder(&[]);
    let terminal = Terminal::start(&["run"], state.path());
    terminal.shows("terrarium: nothing to run: give a FILE, -c CODE, or a program on stdin");
    assert_eq!(terminal.ends(), Some(2));
}
