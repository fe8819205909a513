"""Ten thousand runs leave the process where it was."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("thread", [False, True], ids=["main", "threads"])
def test_memory_descriptors_and_threads_return(python, thread):
    program = """
import gc, os, sys, threading, terrarium
sandbox = terrarium.Sandbox()
def runs(count):
    for n in range(count):
        result = sandbox.execute("print('x' * 100); open('f', 'w').write('1'); [1, {2: 'a'}, 10 ** 30]", {"in": b"x" * 1000}, inputs={"x": [1, "a"]})
        assert result.final_expression[2] == 10 ** 30 and result.output_files, result
        if n % 100 == 0:
            with sandbox.session() as session: session.execute("y = 1")
def all_runs(count):
    if not THREADS: return runs(count)
    threads = [threading.Thread(target=runs, args=(count // 4,)) for _ in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
def state():
    gc.collect()
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    return int(status["VmRSS"].split()[0]), len(os.listdir("/proc/self/fd")), int(status["Threads"]), len(gc.get_objects())
all_runs(2000)
before = state()
all_runs(10000)
after = state()
print(before, after, file=sys.stderr)
assert after[0] - before[0] < 8192, (before, after)
assert after[1] <= before[1] + 2 and after[2] <= before[2] + 2, (before, after)
assert after[3] - before[3] < 500, (before, after)
"""
    python(program.replace("THREADS", str(thread)))


def test_sandboxes_on_one_image_file_share_it(python, tmp_path):
    program = """
import pickle, terrarium
path = PATH
terrarium.Image.build(prepare="import fractions").save(path)
first = terrarium.Sandbox(image=path)
first.execute("1")
def resident(): return int(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1])
before = resident()
kept = [pickle.loads(pickle.dumps(first)) for _ in range(30)]
assert all(sandbox.execute("1").status == "success" for sandbox in kept)
assert resident() - before < 65536, (before, resident())
"""
    python(program.replace("PATH", repr(str(tmp_path / "shared.timg"))))
