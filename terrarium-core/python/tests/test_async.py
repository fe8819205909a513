"""asyncio on a loop without sockets, and `await` at the top level."""

import pytest


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("import asyncio\nasync def f():\n    await asyncio.sleep(0.01)\n    return 5\nasyncio.run(f())", 5),
        ("import asyncio\nawait asyncio.sleep(0.001, 'woken')", "woken"),
        ("import asyncio\nawait asyncio.gather(*(asyncio.sleep(0.001, i) for i in range(5)))", [0, 1, 2, 3, 4]),
        ("import asyncio\nt = asyncio.create_task(asyncio.sleep(0, 7))\nawait t", 7),
        ("async def g():\n    for i in range(3): yield i\n[i async for i in g()]", [0, 1, 2]),
        ("async def g():\n    for i in range(3): yield i\nx = 0\nasync for i in g():\n    x += i\nx", 3),
        (
            "class M:\n    async def __aenter__(self): return 1\n    async def __aexit__(self, *a): pass\n"
            "async with M() as m:\n    y = m\ny",
            1,
        ),
        (
            "import asyncio\nasync def main():\n    q = asyncio.Queue(1)\n    async def put():\n        for i in range(3): await q.put(i)\n"
            "    async with asyncio.TaskGroup() as g:\n        g.create_task(put())\n        return [await q.get() for _ in range(3)]\n"
            "asyncio.run(main())",
            [0, 1, 2],
        ),
        ("import asyncio\nasyncio.run(asyncio.sleep(0))\nawait asyncio.sleep(0, 3)", 3),
        (
            "import asyncio\nx = await asyncio.sleep(0, 1)\ny = asyncio.run(asyncio.sleep(0, 2))\nz = await asyncio.sleep(0, 3)\n[x, y, z]",
            [1, 2, 3],
        ),
        (
            "import asyncio\nasync def f(): return 4\nloop = asyncio.new_event_loop()\nx = loop.run_until_complete(f())\nloop.close()\nx",
            4,
        ),
        (
            "import asyncio\nloop = asyncio.new_event_loop()\nasyncio.set_event_loop(loop)\nloop.run_until_complete(asyncio.sleep(0, 9))",
            9,
        ),
        (
            "import asyncio\nwith asyncio.Runner() as r:\n    x = r.run(asyncio.sleep(0, 1)) + r.run(asyncio.sleep(0, 2))\nx",
            3,
        ),
        ("import asyncio\nawait asyncio.to_thread(lambda a: a * 2, 4)", 8),
        ("import asyncio\nasync def f(): return await asyncio.to_thread(pow, 2, 5)\nasyncio.run(f())", 32),
        (
            "import asyncio\nl = asyncio.new_event_loop()\nseen = []\nl.call_soon_threadsafe(seen.append, 1)\n"
            "l.call_later(0.01, l.stop)\nl.call_at(l.time(), seen.append, 2)\nl.run_forever()\nl.close()\nseen",
            [1, 2],
        ),
        ("import asyncio\ntype(asyncio.new_event_loop()).__name__", "_UnixSelectorEventLoop"),
        ("import asyncio\nawait asyncio.wait_for(asyncio.sleep(0, 'in time'), 1)", "in time"),
        ("import asyncio\nasync with asyncio.timeout(5):\n    x = 1\nx", 1),
        ("import asyncio\nlen(asyncio.all_tasks(asyncio.new_event_loop()))", 0),
    ],
)
def test_asynchronous_programs(harness, code, value):
    assert harness.run(code).ok().final == value


def test_programs_that_do_not_use_asyncio_do_not_load_it(harness):
    harness.run("1")
    assert "asyncio" not in harness.last["modules"]


def test_timeouts_fire(harness):
    result = harness.run("import asyncio\nawait asyncio.wait_for(asyncio.sleep(60), 0.05)")
    assert result.error["type"] == "TimeoutError"
    assert 0.04 < result.seconds < 5


def test_a_coroutine_value_without_await_stays_a_coroutine(harness):
    result = harness.run("async def f(): pass\nf()")
    assert result.final["class"] == "builtins.coroutine"


def test_an_awaited_none_is_no_value(harness):
    assert harness.run("import asyncio\nawait asyncio.sleep(0)").response["repr"] is None


def test_asyncio_run_inside_a_coroutine_is_an_error_as_in_python(harness):
    code = "import asyncio\nasync def inner(): pass\nasync def outer():\n    c = inner()\n    try:\n        asyncio.run(c)\n    finally:\n        c.close()\nasyncio.run(outer())"
    error = harness.run(code).error
    assert error["message"] == "asyncio.run() cannot be called from a running event loop"


def test_exceptions_of_top_level_await_show_user_frames_only(harness):
    result = harness.run("import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    1/0\nawait f()")
    assert [frame["function"] for frame in result.error["frames"]] == ["<module>", "f"]
    assert result.traceback.startswith('Traceback (most recent call last):\n  File "main.py", line 5, in <module>\n')
    assert "base_events" not in result.traceback


def test_system_exit_in_a_coroutine_is_an_exit_code(harness):
    assert harness.run("import sys\nasync def f(): sys.exit(4)\nawait f()").response["exit_code"] == 4
    assert harness.run("import sys, asyncio\nasync def f(): sys.exit(4)\nasyncio.run(f())").response["exit_code"] == 4


def test_subprocesses_are_refused(harness):
    error = harness.run("import asyncio\nawait asyncio.create_subprocess_exec('ls')").error
    assert error["type"] == "FileNotFoundError"
    assert error["message"] == "[Errno 2] processes cannot be started in this sandbox: 'ls'"
    error = harness.run(
        "import asyncio\nasync def f(): await asyncio.create_subprocess_shell('ls')\nasyncio.run(f())"
    ).error
    assert "processes cannot be started" in error["message"]


@pytest.mark.native
def test_the_loop_needs_no_descriptors(harness):
    code = (
        "import os\ndef fds(): return sorted(map(int, os.listdir('/proc/self/fd')))\nimport asyncio\nbefore = fds()\n"
        "async def f(): return fds()\n[asyncio.run(f()) == before, fds() == before]"
    )
    assert harness.run(code).final == [True, True]


def test_tasks_of_a_session_live_on(harness):
    results = harness.session(
        "import asyncio\nseen = []\nasync def work():\n    for i in range(3):\n        seen.append(i)\n        await asyncio.sleep(0.001)\n"
        "task = asyncio.create_task(work())\nawait asyncio.sleep(0)\nseen",
        "await task\nseen",
        "asyncio.run(asyncio.sleep(0, 1))",
        "await asyncio.sleep(0, 2)",
    )
    assert [result.final for result in results] == [[0], [0, 1, 2], 1, 2]


def test_left_over_tasks_of_a_fresh_run_are_cancelled(harness):
    code = (
        "import asyncio\nasync def work():\n    try:\n        await asyncio.sleep(60)\n    finally:\n        print('cleaned up')\n"
        "t = asyncio.create_task(work())\nawait asyncio.sleep(0)\n'done'"
    )
    result = harness.run(code).ok()
    assert (result.final, result.stdout, result.stderr) == ("done", "cleaned up\n", "")


def test_a_session_lives_on_after_an_error_in_a_coroutine(harness):
    results = harness.session(
        "import asyncio\nawait asyncio.sleep(0)\n1/0",
        "import sys\nawait asyncio.sleep(0)\nsys.exit(3)",
        "await asyncio.sleep(0, 5)",
    )
    assert results[0].error["type"] == "ZeroDivisionError"
    assert results[1].response["exit_code"] == 3
    assert results[2].final == 5


def test_sleeping_does_not_burn_the_processor(harness):
    code = "import asyncio, time\nasync def f():\n    await asyncio.sleep(0.3)\nt = time.process_time()\nasyncio.run(f())\ntime.process_time() - t"
    assert harness.run(code).final < 0.1


def test_asyncio_that_was_loaded_before_boot_is_prepared_too(harness):
    results = harness.calls(
        [
            ("configure", {"channel": 1_000_000}, ""),
            ("execute", {"code": "asyncio.run(asyncio.sleep(0, 6))", "keep": True}, ""),
        ],
        prepare="import asyncio, sys\nimport _terrarium.module as m\nm.main.module = type(sys)('__main__')\n"
        "m.main._fill(m.main.module.__dict__)\nm.main.module.asyncio = asyncio",
    )
    assert b'"repr":"6"' in results[1]["answer"]
