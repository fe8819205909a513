"""Ctrl+C, other signals, and the end of Python while code runs: programs in a Python of their own."""

from __future__ import annotations

from .conftest import ROOT

CORPUS = ROOT / "tests/corpus"
START = """
import os, signal, sys, threading, time, terrarium
sandbox = terrarium.Sandbox(timeout=50)
sandbox.execute("1")
def later(seconds, signal_number=signal.SIGINT):
    threading.Timer(seconds, os.kill, (os.getpid(), signal_number)).start()
begun = time.monotonic()
def took(): return time.monotonic() - begun
"""


def test_ctrl_c_stops_the_run_at_once(python):
    program = """
later(0.3)
try:
    sandbox.execute("while True: pass")
except KeyboardInterrupt:
    print("interrupted", took() < 3)
print(sandbox.execute("2").final_expression)
"""
    assert python(START + program) == "interrupted True\n2\n"


def test_ctrl_c_stops_code_that_holds_on_and_a_sleep(python):
    program = """
for code in ("while True:\\n  try:\\n    while True: pass\\n  except BaseException: pass", "import time; time.sleep(40)"):
    later(0.3)
    try:
        sandbox.execute(code)
    except KeyboardInterrupt:
        print("interrupted")
print(took() < 6)
"""
    assert python(START + program) == "interrupted\ninterrupted\nTrue\n"


def test_a_session_survives_ctrl_c(python):
    program = """
session = sandbox.session()
session.execute("x = 41")
later(0.3)
try:
    session.execute("while True: pass")
except KeyboardInterrupt:
    print(session.execute("x + 1").final_expression)
"""
    assert python(START + program) == "42\n"


def test_a_handle_that_others_share_is_not_used_up_by_ctrl_c(python):
    program = """
cancel = terrarium.CancelHandle()
later(0.3)
try:
    sandbox.execute("while True: pass", cancel=cancel)
except KeyboardInterrupt:
    print(cancel.is_cancelled, sandbox.execute("1", cancel=cancel).status.value)
"""
    assert python(START + program) == "False success\n"


def test_a_handler_that_raises_stops_the_run_and_one_that_returns_does_not(python):
    program = """
def note(*_): print("noted")
def leave(*_): raise TimeoutError("alarm")
signal.signal(signal.SIGUSR1, note)
signal.signal(signal.SIGALRM, leave)
later(0.2, signal.SIGUSR1)
print(sandbox.execute("import time; time.sleep(0.6); 'whole'").final_expression)
signal.setitimer(signal.ITIMER_REAL, 0.3)
try:
    sandbox.execute("while True: pass")
except TimeoutError as error:
    print(error, took() < 5)
"""
    assert python(START + program) == "noted\nwhole\nalarm True\n"


def test_ctrl_c_while_waiting_for_another_threads_session(python):
    program = """
session = sandbox.session()
cancel = terrarium.CancelHandle()
other = threading.Thread(target=session.execute, args=("while True: pass",), kwargs={"cancel": cancel})
other.start()
time.sleep(0.3)
later(0.3)
try:
    session.execute("1")
except KeyboardInterrupt:
    print("interrupted", took() < 5)
cancel.cancel()
other.join()
"""
    assert python(START + program) == "interrupted True\n"


def test_python_ends_with_a_run_going_on_in_a_daemon_thread(python):
    program = """
threading.Thread(target=sandbox.execute, args=("while True: pass",), daemon=True).start()
threading.Thread(target=sandbox.execute, args=("while True: print('x' * 1000)",), kwargs={"on_stdout": len}, daemon=True).start()
session = sandbox.session()
result = sandbox.execute("[1]")
time.sleep(0.3)
print("end", flush=True)
"""
    for _ in range(5):
        assert python(START + program) == "end\n"


def test_python_ends_with_an_awaited_run_going_on(python):
    program = """
import asyncio
async def main():
    task = asyncio.ensure_future(sandbox.execute_async("while True: pass"))
    await asyncio.sleep(0.3)
asyncio.run(main())
loop = asyncio.new_event_loop()
task = loop.create_task(sandbox.execute_async("while True: pass"))
loop.run_until_complete(asyncio.sleep(0.3))
print("end", flush=True)
os.close(2)
"""
    assert python(START + program) == "end\n"


def test_python_ends_inside_of_a_listener(python):
    program = """
def leave(data): sys.exit(7)
try:
    sandbox.execute("while True: print('x')", on_stdout=leave)
finally:
    print("left")
"""
    assert python(START + program, code=7) == "left\n"


def test_everything_can_be_dropped_on_any_thread(python):
    program = """
import queue
drop = queue.Queue()
def dropper():
    for item in iter(drop.get, None): del item
thread = threading.Thread(target=dropper); thread.start()
for _ in range(20):
    session = sandbox.session(); session.execute("x = bytearray(1 << 20)")
    drop.put(session); drop.put(sandbox.execute("[1] * 1000")); drop.put(terrarium.Sandbox())
    del session
drop.put(None); thread.join()
print(sandbox.execute("1").final_expression)
"""
    assert python(START + program) == "1\n"


def test_ctrl_c_ends_a_build_at_once_and_the_next_one_is_whole(python, tmp_path):
    program = f"""
import glob, pathlib
folder = pathlib.Path({str(tmp_path)!r}) / "cache"
folder.mkdir(mode=0o700)
# With compiled code: the bare image may be a part of the module.
wanted = dict(packages=["kiwisolver"], packages_from=[{str(CORPUS)!r}], quick_start=False, cache_dir=folder)
def compiling():
    names = [pathlib.Path(name).read_text() for name in glob.glob("/proc/self/task/*/comm")]
    return any(name.startswith("terrarium-compi") for name in names)
def interrupt():
    while not compiling():
        time.sleep(0.01)
    global begun
    begun = time.monotonic()
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt).start()
try:
    terrarium.Sandbox(**wanted)
except KeyboardInterrupt:
    print("interrupted", took() < 3)
until = time.monotonic() + 60
while compiling() and time.monotonic() < until:
    time.sleep(0.01)
print(compiling(), [image for image in terrarium.Image.list(folder) if image.packages])
import asyncio
async def impatient():
    await asyncio.wait_for(terrarium.Sandbox.create_async(**wanted), 1)
try:
    asyncio.run(impatient())
except asyncio.TimeoutError:
    print("late")
while compiling() and time.monotonic() < until:
    time.sleep(0.01)
print(compiling(), terrarium.Sandbox(**wanted).execute("2").final_expression)
"""
    assert python(START + program) == "interrupted True\nFalse []\nlate\nFalse 2\n"
