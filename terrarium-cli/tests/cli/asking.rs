//! Code that reads at a terminal asks the person, and code that reads from a pipe takes what comes.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::Stdio,
    time::{Duration, Instant},
};

use crate::{
    pty::{CTRL_C, CTRL_D, Terminal},
    support::{folder, ran_with, spawn, terrarium},
};

#[test]
fn a_program_asks_the_person_and_lines_can_be_edited() {
    let state = folder(&[]);
    let code = "print('begun'); print('<' + input('Name? ') + '>', __import__('sys').stdin.isatty())";
    let terminal = Terminal::start(&["run", "-c", code], state.path());
    terminal.shows("begun\nName?");
    terminal.types("Adda");
    terminal.shows("Name? Adda");
    // To the left, and away with a character.
    terminal.types("\x1b[D\x7f");
    terminal.shows("Name? Ada");
    terminal.types("\r");
    terminal.shows("Name? Ada\n<Ada> True");
    assert_eq!(terminal.ends(), Some(0));
}

#[test]
fn the_keys_of_a_terminal_end_the_input_and_interrupt_the_code() {
    let state = folder(&[]);
    let code = "
for prompt in 'one? ', 'two? ', 'three? ':
    try: print(repr(input(prompt)))
    except (EOFError, KeyboardInterrupt) as error: print(type(error).__name__)";
    let terminal = Terminal::start(&["run", "-c", code], state.path());
    terminal.shows("one?");
    terminal.types(CTRL_D);
    terminal.shows("EOFError\ntwo?");
    terminal.types(CTRL_C);
    terminal.shows("KeyboardInterrupt\nthree?");
    terminal.types("é\r");
    terminal.shows("'é'");
    assert_eq!(terminal.ends(), Some(0));
}

#[test]
fn a_password_is_not_shown() {
    let state = folder(&[]);
    let code = "import getpass; print(len(getpass.getpass()), input('next? '))";
    let terminal = Terminal::start(&["run", "-c", code], state.path());
    terminal.shows("Password:");
    terminal.types("sesamx\x7fe\r");
    terminal.shows("next?");
    terminal.types("x\r");
    terminal.shows("next? x\n6 x");
    terminal.waits(|screen| !screen.contains("sesam"), "no password");
    assert_eq!(terminal.ends(), Some(0));
}

#[test]
fn the_time_of_the_person_is_not_that_of_the_run() {
    let state = folder(&[]);
    let terminal = Terminal::start(&["run", "--timeout", "2s", "-c", "print(input('? ') * 2)"], state.path());
    terminal.shows("?");
    std::thread::sleep(Duration::from_secs(3));
    terminal.types("ab\r");
    terminal.shows("? ab\nabab");
    assert_eq!(terminal.ends(), Some(0));
}

#[test]
fn code_at_the_prompt_asks_too() {
    let state = folder(&[]);
    let terminal = Terminal::start(&[], state.path());
    terminal.shows(">>>");
    terminal.types("x = input('age? ')\r");
    terminal.shows("\nage?");
    terminal.types("41\r");
    terminal.shows("age? 41\n>>>");
    terminal.types("input('stop? ')\r");
    terminal.shows("\nstop?");
    terminal.types(CTRL_C);
    terminal.waits(|screen| screen.contains("KeyboardInterrupt"), "the interrupt");
    terminal.types("int(x) + 1\r");
    terminal.shows("int(x) + 1\n42\n>>>");
    terminal.types("import getpass; len(getpass.getpass('secret? '))\r");
    terminal.shows("\nsecret?");
    terminal.types("four\r");
    terminal.shows("\n4\n>>>");
}

#[test]
fn text_without_a_prompt_is_read_where_the_output_ended() {
    let state = folder(&[]);
    let code = "print('a number: ', end=''); print(int(input()) + 1); import sys; print(sys.stdin.readlines())";
    let terminal = Terminal::start(&["run", "-c", code], state.path());
    terminal.shows("a number:");
    terminal.types("41\r");
    terminal.shows("a number: 41\n42");
    terminal.types("x\ry\r");
    terminal.shows("x\ny");
    terminal.types(CTRL_D);
    terminal.shows("['x\\n', 'y\\n']");
    assert_eq!(terminal.ends(), Some(0));
}

#[test]
fn an_endless_pipe_is_read_as_far_as_the_code_reads() {
    let mut yes = std::process::Command::new("yes").stdout(Stdio::piped()).spawn().unwrap();
    let output =
        terrarium(&["run", "-c", "print(input(), input())"]).stdin(yes.stdout.take().unwrap()).output().unwrap();
    let _ = yes.kill();
    yes.wait().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "y y\n");
}

#[test]
fn a_pipe_is_read_while_it_is_written() {
    let code = "
import select, sys
print('ready')
print(input())
print(select.select([0], [], [], 0)[0])
print(select.select([sys.stdin], [], [], 60)[0] == [sys.stdin], sys.stdin.buffer.read(2), list(sys.stdin.buffer))";
    let mut child = spawn(terrarium(&["run", "-c", code]).stdin(Stdio::piped()));
    let (mut stdin, mut lines) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()).lines());
    let mut line = || lines.next().unwrap().unwrap();
    assert_eq!(line(), "ready");
    stdin.write_all(b"one\n").unwrap();
    assert_eq!(line(), "one");
    assert_eq!(line(), "[]");
    stdin.write_all(b"two\n\xff").unwrap();
    drop(stdin);
    assert_eq!(line(), r"True b'tw' [b'o\n', b'\xff']");
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_silent_pipe_does_not_hold_a_run_beyond_its_deadline() {
    let begun = Instant::now();
    let mut child = spawn(terrarium(&["run", "--timeout", "1s", "-c", "input()"]).stdin(Stdio::piped()));
    let held = child.stdin.take();
    assert_eq!(child.wait().unwrap().code(), Some(124));
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    drop(held);
}

#[test]
fn modules_that_read_lines_take_them_from_a_pipe() {
    let code = "
import asyncio, fileinput, sys
print([line for line, _ in zip(fileinput.input(), range(2))])
async def main():
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print(await reader.readline(), await reader.read())
asyncio.run(main())";
    let output = ran_with(&["run", "-c", code], "1\n");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "['1\\n']\nb'' b''\n");
    let output = ran_with(&["run", "-c", &code.replace("fileinput.input(), ", "[], ")], "2\n3\n4\n");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "[]\nb'2\\n' b'3\\n4\\n'\n");
}
