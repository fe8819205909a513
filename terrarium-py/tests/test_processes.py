"""Sandboxes in other processes: pickles, pools, forks."""

from __future__ import annotations

import concurrent.futures
import datetime
import io
import multiprocessing
import os
import pickle

import pytest
import terrarium


def test_a_sandbox_pickles_as_its_options():
    made = terrarium.Sandbox(timeout=7, files={"f": b"\xff"}, env={"A": "1"}, args=["x"])
    again = pickle.loads(pickle.dumps(made))
    assert again.options == made.options
    assert again._native.options() == made._native.options()
    assert again.execute("open('f', 'rb').read()").final_expression == b"\xff"


def test_an_image_pickles_as_its_path_and_a_sandbox_on_it_too():
    image = terrarium.Image.build(prepare="import fractions")
    assert pickle.loads(pickle.dumps(image)).info == image.info
    sandbox = pickle.loads(pickle.dumps(terrarium.Sandbox.on_image(image, timeout=9)))
    assert sandbox.image.info.path == image.info.path
    assert sandbox.options["timeout"] == 9
    assert sandbox.execute("import sys; 'fractions' in sys.modules").final_expression is True


def test_a_sandbox_pickles_with_the_contents_of_its_files(tmp_path):
    (tmp_path / "f").write_text("host")
    given = {"path": tmp_path / "f", "stream": io.StringIO("stream")}
    made = terrarium.Sandbox(files=given, env=os.environ, timeout=datetime.timedelta(seconds=9), cwd="/tmp")
    data = pickle.dumps(made)
    (tmp_path / "f").unlink()
    again = pickle.loads(data)
    assert again.options["files"] == {"path": b"host", "stream": b"stream"}
    assert again.options["timeout"] == made.options["timeout"]
    assert again._native.options() == made._native.options()


def test_a_session_does_not_pickle(session):
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(session)


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_pool_of_processes_runs_code(sandbox, method):
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(2, context) as pool:
        results = list(pool.map(sandbox.execute, [f"{n} + 1" for n in range(20)]))
    assert [result.final_expression for result in results] == list(range(1, 21))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_after_a_fork_is_refused_and_leaves_its_parent_unharmed(python):
    program = """
import os, sys, terrarium, warnings
warnings.simplefilter("ignore")
sandbox = terrarium.Sandbox()
sandbox.execute("1")
child = os.fork()
if child == 0:
    try:
        sandbox.execute("1")
    except terrarium.ForkedError:
        os._exit(5)
    os._exit(0)
_, status = os.waitpid(child, 0)
print(os.waitstatus_to_exitcode(status), sandbox.execute("2").final_expression)
"""
    assert python(program) == "5 2\n"


@pytest.mark.parametrize("listens", [False, True])
def test_python_ends_in_order_whatever_its_other_threads_run(python, listens):
    listener = "on_stdout=lambda data: sum(range(2000))" if listens else ""
    for wait in (0.0, 0.02, 0.1) * 3:
        program = f"""
import sys, threading, time, terrarium
sys.setswitchinterval(1e-5)
sandbox = terrarium.Sandbox()

def work():
    while True:
        sandbox.execute("for _ in range(50): print('busy')", {listener})

for _ in range(4):
    threading.Thread(target=work, daemon=True).start()
time.sleep({wait})
print("end")
"""
        assert python(program) == "end\n"
