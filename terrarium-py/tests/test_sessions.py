"""Sessions: state, files, and their end."""

from __future__ import annotations

import threading

import pytest
import terrarium
from terrarium import Status


def test_names_and_files_stay(session):
    session.execute("x = 41; open('a', 'w').write('1')")
    assert session.execute("x + 1").final_expression == 42
    assert session.read_file("a") == b"1"


def test_files_are_written_listed_read_and_removed(session, tmp_path):
    (tmp_path / "h").write_text("host")
    session.write_file("d/a.txt", "text")
    session.write_file("b", tmp_path / "h")
    assert session.list_files() == [terrarium.FileInfo("b", 4), terrarium.FileInfo("d/a.txt", 4)]
    assert session.all_files() == {"b": b"host", "d/a.txt": b"text"}
    session.remove_file("b")
    with pytest.raises(terrarium.SandboxFileError) as error:
        session.read_file("b")
    assert (error.value.path, error.value.filename) == ("b", "b")
    with pytest.raises(TypeError, match="content: expected"):
        session.write_file("c", 5)


def test_reset_forgets_all_and_reset_globals_names_only(session):
    session.execute("x = 1", {"f": "1"})
    session.reset_globals()
    assert session.execute("x").error.type == "NameError"
    assert session.list_files()
    session.reset()
    assert not session.list_files()


def test_questions_about_code(session):
    assert [session.check(code) for code in ("1 + 1", "for x in y:", "1 +* 1")] == ["complete", "incomplete", "invalid"]
    session.execute("lengths = 1")
    assert session.complete("x = leng", 8) == terrarium.Completion(["lengths"], 4)


def test_a_lost_session_says_so_and_keeps_its_files():
    session = terrarium.Sandbox(timeout=0.3).session()
    session.execute("x = 1; open('f', 'w').write('1')")
    result = session.execute("while True:\n    try:\n        while True: pass\n    except BaseException: pass")
    assert (result.status, result.session_lost) == (Status.TIMEOUT, True)
    assert session.execute("'x' in globals(), open('f').read()").final_expression == (False, "1")


def test_a_closed_session_says_so(sandbox):
    with sandbox.session() as session:
        assert not session.closed
    assert session.closed
    for use in (lambda: session.execute("1"), session.list_files, session.reset):
        with pytest.raises(ValueError, match="the session is closed"):
            use()
    session.close()
    assert repr(session) == "<Session closed>"


def test_threads_take_turns(session):
    session.execute("n = 0")
    add = "import time; m = n; time.sleep(0.01); n = m + 1"
    threads = [threading.Thread(target=session.execute, args=(add,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert session.execute("n").final_expression == 8


def test_a_listener_cannot_use_the_session_that_it_listens_to(session):
    with pytest.raises(RuntimeError, match="running code"):
        session.execute("print(1)", on_stdout=lambda data: session.execute("2"))
    assert session.execute("3").final_expression == 3
