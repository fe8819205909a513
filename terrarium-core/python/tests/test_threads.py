"""Threads, which run one after the other when they are waited for."""

import pytest

HEAD = "import queue, threading, time\nfrom concurrent.futures import *\nfrom multiprocessing.pool import ThreadPool\nlog = []\n"

# Programs that say in `log` what they did.
PROGRAMS = {
    "start and join": (
        "def f(n): log.append(n)\n"
        "ts = [threading.Thread(target=f, args=(i,)) for i in range(5)]\n"
        "for t in ts: t.start()\n"
        "for t in ts: t.join()",
        [0, 1, 2, 3, 4],
    ),
    "a subclass with run": (
        "class T(threading.Thread):\n"
        "    def run(self): self.value = 7\n"
        "t = T(); t.start(); t.join(); log.append(t.value)",
        [7],
    ),
    "never joined": ("threading.Thread(target=log.append, args=(1,)).start()\nlog.append(0)", [0, 1]),
    "a daemon is not waited for": ("threading.Thread(target=log.append, args=(1,), daemon=True).start()", []),
    "an endless daemon": (
        "def f():\n    while True: time.sleep(0.01)\nthreading.Thread(target=f, daemon=True).start()\nlog.append(1)",
        [1],
    ),
    "alive until joined": (
        "t = threading.Thread(target=log.append, args=(1,))\n"
        "log.append(t.is_alive()); t.start(); log.append(t.is_alive()); t.join(); log.append(t.is_alive())",
        [False, True, 1, False],
    ),
    "waiting until it is not alive": (
        "t = threading.Thread(target=log.append, args=(1,)); t.start()\nwhile t.is_alive(): pass\nlog.append(2)",
        [1, 2],
    ),
    "sleeping until it is done": (
        "t = threading.Thread(target=log.append, args=(1,)); t.start()\nwhile not log: time.sleep(0.001)\nlog.append(2)",
        [1, 2],
    ),
    "a consumer that is started first": (
        "q = queue.Queue()\n"
        "def consume():\n"
        "    while (item := q.get()) is not None: log.append(item)\n"
        "t = threading.Thread(target=consume); t.start()\n"
        "for i in range(3): q.put(i)\n"
        "q.put(None); t.join()",
        [0, 1, 2],
    ),
    "daemons that serve a queue": (
        "q = queue.Queue()\n"
        "def serve():\n"
        "    while True:\n"
        "        log.append(q.get()); q.task_done()\n"
        "for _ in range(50): threading.Thread(target=serve, daemon=True).start()\n"
        "for i in range(10): q.put(i)\n"
        "q.join(); log.append('end')",
        [*range(10), "end"],
    ),
    "a bounded queue": (
        "q = queue.Queue(maxsize=2)\n"
        "def produce():\n"
        "    for i in range(10): q.put(i)\n"
        "    q.put(None)\n"
        "def consume():\n"
        "    while (item := q.get()) is not None: log.append(item)\n"
        "ts = [threading.Thread(target=f) for f in (produce, consume)]\n"
        "for t in ts: t.start()\n"
        "for t in ts: t.join()",
        list(range(10)),
    ),
    "a simple queue": (
        "q = queue.SimpleQueue()\n"
        "threading.Thread(target=lambda: q.put(5)).start()\n"
        "log.append(q.get())\n"
        "try: q.get(timeout=0.01)\n"
        "except queue.Empty: log.append('empty')",
        [5, "empty"],
    ),
    "an event": (
        "e = threading.Event()\n"
        "threading.Thread(target=e.set).start()\n"
        "log.append(e.is_set()); log.append(e.wait(5)); log.append(threading.Event().wait(0.01))",
        [False, True, False],
    ),
    "told to stop while the program slept": (
        "stop = threading.Event()\n"
        "def f():\n"
        "    while not stop.is_set(): time.sleep(0.01)\n"
        "    log.append('stopped')\n"
        "t = threading.Thread(target=f); t.start(); time.sleep(0.05); stop.set(); t.join()",
        ["stopped"],
    ),
    "a barrier": (
        "b = threading.Barrier(3)\n"
        "def f(n): b.wait(); log.append(n)\n"
        "ts = [threading.Thread(target=f, args=(i,)) for i in range(3)]\n"
        "for t in ts: t.start()\n"
        "for t in ts: t.join()\n"
        "log.sort()",
        [0, 1, 2],
    ),
    "a condition": (
        "c = threading.Condition()\n"
        "def f():\n"
        "    with c: log.append('made'); c.notify()\n"
        "threading.Thread(target=f).start()\n"
        "with c:\n"
        "    log.append(c.wait_for(lambda: log, timeout=5) == ['made'])",
        ["made", True],
    ),
    "a lock as a signal": (
        "lock = threading.Lock(); lock.acquire()\n"
        "threading.Thread(target=lock.release).start()\n"
        "log.append(lock.acquire()); log.append(lock.acquire(False)); log.append(lock.acquire(timeout=0.01))",
        [True, False, False],
    ),
    "locks": (
        "lock, again, sem = threading.Lock(), threading.RLock(), threading.Semaphore(2)\n"
        "total = 0\n"
        "def f():\n"
        "    global total\n"
        "    for _ in range(100):\n"
        "        with lock, again, again, sem: total += 1\n"
        "ts = [threading.Thread(target=f) for i in range(3)]\n"
        "for t in ts: t.start()\n"
        "for t in ts: t.join()\n"
        "log.append(total)",
        [300],
    ),
    "timers": (
        "a = threading.Timer(0.02, log.append, ['a']); b = threading.Timer(0.01, log.append, ['b'])\n"
        "c = threading.Timer(60, log.append, ['c']); c.start(); a.start(); b.start(); c.cancel()\n"
        "time.sleep(0.05); log.append('slept'); threading.Timer(0.01, log.append, ['end']).start()",
        ["b", "a", "slept", "end"],
    ),
    "a timer that repeats": (
        "class R(threading.Timer):\n"
        "    def run(self):\n"
        "        while not self.finished.wait(self.interval): self.function()\n"
        "r = R(0.01, lambda: log.append(1)); r.start(); time.sleep(0.02); r.cancel(); r.join(); log.append('end')",
        ["end"],
    ),
    "identity": (
        "def f(): log.append((threading.current_thread().name, threading.get_ident() == t.ident, t.ident != main,\n"
        "    threading.current_thread() is t, t in threading.enumerate(), threading.active_count(), threading.main_thread().ident == main))\n"
        "main = threading.get_ident()\n"
        "t = threading.Thread(target=f, name='mine'); t.start(); t.join()\n"
        "log.append((threading.current_thread().name, threading.get_ident() == main, threading.active_count()))\n"
        "log = [list(entry) for entry in log]",
        [["mine", True, True, True, True, 2, True], ["MainThread", True, 1]],
    ),
    "native identity": (
        "def f(): log.append(threading.get_native_id() == t.native_id != threading.main_thread().native_id)\n"
        "t = threading.Thread(target=f); log.append(t.native_id); t.start(); t.join()\n"
        "import pickle; log.append(pickle.loads(pickle.dumps(threading.get_native_id)) is threading.get_native_id)",
        [None, True, True],
    ),
    "thread-local data": (
        "class L(threading.local):\n"
        "    def __init__(self): self.value = 0\n"
        "local = L(); plain = threading.local(); plain.x = 1; local.value = 5\n"
        "def f(): log.extend([hasattr(plain, 'x'), local.value]); local.value = 6\n"
        "t = threading.Thread(target=f); t.start(); t.join(); log.extend([plain.x, local.value])",
        [False, 0, 1, 5],
    ),
    "context variables": (
        "import contextvars, decimal\n"
        "v = contextvars.ContextVar('v', default=0); v.set(1); decimal.getcontext().prec = 3\n"
        "t = threading.Thread(target=lambda: log.extend([v.get(), decimal.getcontext().prec])); t.start(); t.join()\n"
        "log.append(v.get())",
        [0, 28, 1],
    ),
    "a future's result": ("log.append(ThreadPoolExecutor().submit(pow, 2, 5).result())", [32]),
    "an executor's map": (
        "with ThreadPoolExecutor(max_workers=4) as pool: log.extend(pool.map(lambda x: x * x, range(5)))",
        [0, 1, 4, 9, 16],
    ),
    "as_completed and wait": (
        "with ThreadPoolExecutor(2) as pool:\n"
        "    futures = [pool.submit(abs, -i) for i in range(4)]\n"
        "    log.extend(f.result() for f in as_completed(futures, timeout=5))\n"
        "    log.append(len(wait(futures).done)); log.sort()",
        [0, 1, 2, 3, 4],
    ),
    "an executor that is never shut down": (
        "pool = ThreadPoolExecutor()\npool.submit(log.append, 1)\nlog.append(0)",
        [0, 1],
    ),
    "an executor that is dropped": ("log.extend(ThreadPoolExecutor(2).map(abs, [-1, -2]))", [1, 2]),
    "an initializer that fails": (
        "import logging\nlogging.disable()\n"
        "pool = ThreadPoolExecutor(1, initializer=lambda: 1/0)\n"
        "log.append(type(pool.submit(abs, 1).exception()).__name__)",
        ["BrokenThreadPool"],
    ),
    "a future that fails": (
        "f = ThreadPoolExecutor().submit(int, 'x')\nlog.append(type(f.exception()).__name__)",
        ["ValueError"],
    ),
    "a future that is cancelled": (
        "with ThreadPoolExecutor(1) as pool:\n    f = pool.submit(log.append, 1)\n    log.append(f.cancel())\nlog.append(f.cancelled())",
        [True, True],
    ),
    "polling a future": (
        "f = ThreadPoolExecutor().submit(abs, -1)\nwhile not f.done(): time.sleep(0.001)\nlog.append(f.result())",
        [1],
    ),
    "work that waits for other work of the same executor": (
        "with ThreadPoolExecutor(2) as pool: log.append(pool.submit(lambda: pool.submit(abs, -3).result()).result())",
        [3],
    ),
    "a producer and a consumer in an executor": (
        "q, stop = queue.Queue(maxsize=3), threading.Event()\n"
        "def produce():\n"
        "    while not stop.is_set(): q.put(1)\n"
        "def consume():\n"
        "    while not stop.is_set() or not q.empty(): q.get()\n"
        "    log.append('consumed')\n"
        "with ThreadPoolExecutor(2) as pool:\n"
        "    pool.submit(produce); pool.submit(consume); time.sleep(0.01); stop.set()",
        ["consumed"],
    ),
    "initializers and names of workers": (
        "local = threading.local()\n"
        "def begin(x): local.x = x\n"
        "pool = ThreadPoolExecutor(1, thread_name_prefix='w', initializer=begin, initargs=(4,))\n"
        "log.append(pool.submit(lambda: (local.x, threading.current_thread().name)).result())\n"
        "first = pool.submit(threading.get_ident).result()\n"
        "log = [*log[0], first == pool.submit(threading.get_ident).result() != threading.get_ident()]",
        [4, "w_0", True],
    ),
    "a thread pool": (
        "with ThreadPool(4) as pool:\n"
        "    log.extend(pool.map(abs, [-1, -2])); log.extend(pool.starmap(pow, [(2, 3)])); log.extend(pool.imap(abs, iter([-5])))\n"
        "    log.extend(pool.imap_unordered(abs, [-6])); log.append(pool.apply(abs, (-7,))); log.append(pool.apply_async(abs, (-8,)).get(5))\n"
        "    log.extend(pool.map_async(abs, [-9], callback=log.append).get())",
        [1, 2, 8, 5, 6, 7, 8, [9], 9],
    ),
    "a thread pool that is closed and joined": (
        "pool = ThreadPool(2, initializer=log.append, initargs=('begin',))\n"
        "r = pool.map_async(log.append, range(3)); pool.close(); pool.join(); log.append(r.ready())",
        ["begin", 0, 1, 2, True],
    ),
    "an error in a thread pool": (
        "pool = ThreadPool()\ntry: pool.map(int, ['1', 'x'])\nexcept ValueError as e: log.append(str(e))\npool.terminate(); pool.join()",
        ["invalid literal for int() with base 10: 'x'"],
    ),
    "multiprocessing.dummy": (
        "from multiprocessing.dummy import Pool\nwith Pool(2) as pool: log.extend(pool.map(abs, [-1]))",
        [1],
    ),
    "asyncio with an executor": (
        "import asyncio\n"
        "async def main():\n"
        "    loop = asyncio.get_running_loop()\n"
        "    with ThreadPoolExecutor() as pool: log.append(await loop.run_in_executor(pool, abs, -1))\n"
        "    log.append(await loop.run_in_executor(None, abs, -2)); log.append(await asyncio.to_thread(abs, -3))\n"
        "asyncio.run(main())",
        [1, 2, 3],
    ),
    "asyncio in a thread": (
        "import asyncio\n"
        "async def f(x): await asyncio.sleep(0.001); return x\n"
        "async def main():\n"
        "    with ThreadPoolExecutor() as pool:\n"
        "        log.append(await asyncio.get_running_loop().run_in_executor(pool, lambda: asyncio.run(f(4))))\n"
        "asyncio.run(main())",
        [4],
    ),
    "a loop in a daemon": (
        "import asyncio\n"
        "loop = asyncio.new_event_loop()\n"
        "threading.Thread(target=loop.run_forever, daemon=True).start()\n"
        "log.append(asyncio.run_coroutine_threadsafe(asyncio.sleep(0.001, 6), loop).result())",
        [6],
    ),
    "threads that start threads": (
        "def f(n):\n"
        "    log.append(n)\n"
        "    if n:\n"
        "        t = threading.Thread(target=f, args=(n - 1,)); t.start(); t.join()\n"
        "t = threading.Thread(target=f, args=(9,)); t.start(); t.join()",
        [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    ),
    "the low level": (
        "import _thread\n_thread.start_new_thread(log.append, (1,))\nwhile not log: time.sleep(0.001)",
        [1],
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_with_threads(harness, name):
    code, log = PROGRAMS[name]
    result = harness.run(HEAD + code, outputs=["log"]).ok()
    assert result.outputs["log"] == log
    assert result.stderr == ""


# Programs that would hang with only one thread, and what says so.
STUCK = {
    "a queue that nobody fills": "import queue\nqueue.Queue().get()",
    "a simple queue that nobody fills": "import queue\nqueue.SimpleQueue().get()",
    "a full queue": "import queue\nq = queue.Queue(1)\nq.put(1)\nq.put(2)",
    "a lock that is taken": "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
    "an event": "import threading\nthreading.Event().wait()",
    "a barrier": "import threading\nthreading.Barrier(2).wait()",
    "a semaphore": "import threading\nthreading.Semaphore(0).acquire()",
    "a future of nobody": "from concurrent.futures import Future\nFuture().result()",
    "a daemon that is gone": (
        "import queue, threading\nq = queue.Queue()\n"
        "def serve():\n    while True: q.get(); q.task_done()\n"
        "threading.Thread(target=serve, daemon=True).start()\nq.put(1); q.join()\nq.put(2)\nq.join()"
    ),
    "one worker that waits for itself": (
        "from concurrent.futures import *\npool = ThreadPoolExecutor(1)\npool.submit(lambda: pool.submit(abs, 1).result()).result()"
    ),
    "work of a thread pool": (
        "import threading\nfrom multiprocessing.pool import ThreadPool\nThreadPool(2).apply(threading.Event().wait)"
    ),
}


@pytest.mark.parametrize("name", STUCK)
def test_a_wait_that_cannot_end_is_an_error(harness, name):
    error = harness.run(STUCK[name]).error
    assert error["type"] == "RuntimeError"
    assert error["message"].startswith("this would wait for ever: a sandbox has one thread")


def test_a_thread_that_waits_for_one_below_it_gets_the_error(harness):
    result = harness.run(
        "import threading\nready, go = threading.Event(), threading.Event()\n"
        "def f():\n    ready.set()\n    go.wait()\n"
        "t = threading.Thread(target=f, name='handshake')\nt.start()\nready.wait()\ngo.set()\nt.join()\n[t.is_alive()]"
    ).ok()
    assert result.final == [False]
    assert result.stderr.startswith("Exception in thread handshake:\nTraceback (most recent call last):\n")
    assert "RuntimeError: this would wait for ever" in result.stderr
    assert "_terrarium" not in result.stderr


def test_a_thread_that_catches_the_error_again_and_again_is_ended(harness):
    result = harness.run(
        "import queue, threading\nq = queue.Queue()\ncount = 0\n"
        "def f():\n    global count\n    while True:\n        try: q.get()\n        except Exception: count += 1\n"
        "t = threading.Thread(target=f)\nt.start()\nt.join()\ncount"
    ).ok()
    assert 1 <= result.final < 10


def test_hundreds_of_threads_that_wait(harness):
    result = harness.run(
        "import queue, threading\nq = queue.Queue()\n"
        "ts = [threading.Thread(target=q.get, daemon=True) for _ in range(500)]\n"
        "for t in ts: t.start()\n"
        "q.put(1); q.put(2); ts[0].join(); ts[499].join()\n[q.empty(), ts[0].is_alive(), ts[499].is_alive()]"
    ).ok()
    assert result.final == [True, False, False]
    assert result.stderr == ""


def test_an_exception_in_a_thread_is_printed_and_the_program_goes_on(harness):
    result = harness.run(
        "import threading\ndef f(): 1/0\nt = threading.Thread(target=f, name='bad')\nt.start()\nt.join()\nrepr(t)"
    ).ok()
    assert result.final.startswith("<Thread(bad, stopped ")
    assert result.stderr.startswith("Exception in thread bad:\nTraceback (most recent call last):\n  File ")
    assert '  File "main.py", line 2, in f\n' in result.stderr
    assert result.stderr.endswith("ZeroDivisionError: division by zero\n")
    assert "_terrarium" not in result.stderr


def test_the_hook_for_exceptions_of_threads_is_called(harness):
    result = harness.run(
        "import threading, _thread, sys\nseen = []\nthreading.excepthook = lambda args: seen.append(args.exc_type.__name__)\n"
        "sys.unraisablehook = lambda args: seen.append(args.exc_type.__name__ + '2')\n"
        "t = threading.Thread(target=int, args=('x',))\nt.start()\nt.join()\n"
        "threading.Thread(target=sys.exit).start()\n_thread.start_new_thread(int, ('x',))\n"
        "threading.Event().wait(0.01)\nseen"
    ).ok()
    assert result.final == ["ValueError", "SystemExit", "ValueError2"]
    assert result.stderr == ""


def test_errors_of_use_are_python_s_own(harness):
    result = harness.run(
        "import threading, pickle\n"
        "def message(f, *a, **k):\n"
        "    try: f(*a, **k)\n"
        "    except Exception as e: return f'{type(e).__name__}: {e}'\n"
        "t = threading.Thread()\nr = [message(t.join)]\nt.start(); r.append(message(t.start)); t.join()\n"
        "lock = threading.Lock()\n"
        "r += [message(lock.release), message(lock.acquire, False, 1), message(pickle.dumps, lock)]\n"
        "lock.acquire(); r += [message(lock.acquire, timeout=-2), message(lock.acquire, False, 1)]\n"
        "u = threading.Thread(target=lambda: r.append(message(u.join))); u.start(); u.join()\nr"
    ).ok()
    final = result.final
    # Versions end it differently.
    final[5] = final[5].partition(" must be ")[0]
    assert final == [
        "RuntimeError: cannot join thread before it is started",
        "RuntimeError: threads can only be started once",
        "RuntimeError: release unlocked lock",
        "ValueError: can't specify a timeout for a non-blocking call",
        "TypeError: cannot pickle '_thread.lock' object",
        "ValueError: timeout value",
        "ValueError: can't specify a timeout for a non-blocking call",
        "RuntimeError: cannot join current thread",
    ]


def test_a_session_runs_threads_at_the_end_of_each_run_and_keeps_daemons(harness):
    results = harness.session(
        "import queue, threading\nq = queue.Queue()\nlog = []\n"
        "def serve():\n    while True: log.append(q.get()); q.task_done()\n"
        "threading.Thread(target=serve, daemon=True).start()\nt = threading.Thread(target=log.append, args=('t',))\nt.start()",
        "log",
        "q.put('q')\nq.join()\nlog",
    )
    assert [result.ok().document.get("final") for result in results] == [None, ["t"], ["t", "q"]]


def test_threads_of_an_earlier_program_do_not_run_in_the_next(harness):
    start = "import threading, time\nthreading.Thread(target=print, args=('late',), daemon=True).start()"
    calls = [("execute", {"code": start}, ""), ("execute", {"code": "import threading\nthreading.Event().wait(0)"}, "")]
    assert [raw["stdout"] for raw in harness.calls(calls)] == [b"", b""]


def test_threads_run_also_after_an_error_and_before_the_values_are_taken(harness):
    result = harness.run(
        "import threading\nlog = []\nthreading.Thread(target=log.append, args=(1,)).start()\n1/0", outputs=["log"]
    )
    assert (result.error["type"], result.outputs) == ("ZeroDivisionError", {"log": [1]})


def test_an_interrupt_in_a_thread_ends_the_program(harness):
    result = harness.run(
        "import signal, threading\n"
        "def f():\n    signal.raise_signal(signal.SIGINT)\n    print('not this')\n"
        "t = threading.Thread(target=f)\nt.start()\nt.join()\nprint('nor this')"
    )
    assert result.error["type"] == "KeyboardInterrupt"
    assert (result.stdout, result.stderr) == ("", "")


def test_an_interrupt_in_the_work_of_an_executor_ends_the_program(harness):
    result = harness.run(
        "import signal\nfrom concurrent.futures import *\n"
        "with ThreadPoolExecutor() as pool:\n"
        "    f = pool.submit(signal.raise_signal, signal.SIGINT)\n    pool.submit(print, 'not this')\n    f.result()"
    )
    assert result.error["type"] == "KeyboardInterrupt"


@pytest.mark.native
def test_the_option_leaves_threads_to_the_interpreter(harness):
    result = harness.run(
        "import threading\nlog = []\nt = threading.Thread(target=log.append, args=(threading.get_native_id(),))\n"
        "t.start()\nt.join()\n[type(threading.Lock()).__module__, threading.Thread.start.__module__]",
        boot={"threads": False},
    ).ok()
    assert result.final == ["_thread", "threading"]


def test_nothing_is_loaded_for_programs_without_threads(harness):
    harness.run("1")
    assert not [name for name in harness.last["modules"] if name.startswith("_terrarium.threads")]


@pytest.mark.science
def test_joblib_and_its_parallel_work(harness):
    pytest.importorskip("joblib")
    result = harness.run(
        "from joblib import Parallel, delayed\n"
        "[Parallel(n_jobs=2, prefer='threads')(delayed(pow)(i, 2) for i in range(4)), "
        "Parallel(n_jobs=2, backend='threading')(delayed(pow)(i, 2) for i in range(4))]"
    ).ok()
    assert result.final == [[0, 1, 4, 9]] * 2
