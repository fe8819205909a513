"""Functions of Python that code in a sandbox calls."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import gc
import threading
import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
import terrarium
from terrarium import Answer, Deny, HostFunction, Sandbox


def add(a: int, b: int = 1, *, more: float | None = None) -> int:
    """Return the sum."""
    return a + b + int(more or 0)


async def wait(seconds: float, value: Any = None) -> Any:
    """Return a value later."""
    await asyncio.sleep(seconds)
    return value


def run(code: str, functions: Any, **options: Any) -> Any:
    """Return the final value of code."""
    return Sandbox(functions=functions, **options).execute(code).raise_for_status().final_expression


def test_functions_are_passed_by_name_or_in_a_list() -> None:
    """The forms of the option."""
    assert run("add(2), plus(2, 3)", {"add": add, "plus": lambda a, b: a + b}) == (3, 5)
    assert run("add(2, more=2.5)", [add]) == 5
    assert run("double(4)", {"double": functools.partial(lambda x, y: x * y, 2)}) == 8
    assert run(
        "import math_tools\nmath_tools.add(1), math_tools.deep.add(2)",
        {"math_tools": {"add": add, "deep": {"add": add}}},
    ) == (2, 3)

    class Store:
        def __init__(self) -> None:
            self.items: dict[str, int] = {}

        def put(self, name: str, value: int) -> None:
            self.items[name] = value

    store = Store()
    assert run("put('x', 1)", [store.put]) is None
    assert store.items == {"x": 1}
    with pytest.raises(TypeError, match="functions: x is int, not a function"):
        Sandbox(functions={"x": 1})  # type: ignore[dict-item]
    with pytest.raises(TypeError, match="functions: expected functions"):
        Sandbox(functions="x")
    with pytest.raises(terrarium.InvalidOptionError, match="no name of a function"):
        Sandbox(functions={"a b": add})


def test_code_sees_the_declaration() -> None:
    """Signature, documentation and stubs."""
    sandbox = Sandbox(functions=[add, wait, HostFunction(print, name="show", signature="(text: str)", doc="Show.")])
    stubs = sandbox.function_stubs()
    assert 'def add(a: int, b: int = 1, *, more: float | None = None) -> int:\n    """Return the sum."""' in stubs
    assert 'async def wait(seconds: float, value=None):\n    """Return a value later."""' in stubs
    assert 'def show(text: str):\n    """Show."""' in stubs
    code = "import inspect\nstr(inspect.signature(add)), add.__doc__"
    assert sandbox.execute(code).final_expression == (
        "(a: int, b: int = 1, *, more: float | None = None) -> int",
        "Return the sum.",
    )
    error = sandbox.execute("add('1')").error
    assert error is not None
    assert (error.type, error.message) == ("TypeError", "add() argument 'a' must be int, not str")


def test_values_keep_their_types() -> None:
    """A value comes back as it went in."""
    seen = []

    def echo(value: Any) -> Any:
        seen.append(value)
        return value

    code = "from decimal import Decimal\nfrom datetime import date\nvalues = [b'\\x00' * 100_000, 10**30, Decimal('1.1'), date(2026, 1, 2), (1, {2}), 'x' * 200_000]\n[echo(v) == v for v in values]"
    assert run(code, [echo]) == [True] * 6
    assert seen[2] == Decimal("1.1")
    assert type(seen[4]) is tuple

    @dataclass
    class Hit:
        title: str

    assert run("hit = find()\nhit.title", {"find": lambda: Hit("x")}) == "x"
    error = Sandbox(functions={"bad": object}).execute("bad()").error
    assert error is not None
    assert error.type == "TypeError"


def test_exceptions_keep_their_class_and_the_original_is_at_hand() -> None:
    """Errors of functions in the code, and outside."""

    class HTTPError(OSError):
        pass

    def fail(kind: str) -> None:
        if kind == "file":
            raise FileNotFoundError(2, "No such file", "/srv/secret")
        if kind == "http":
            raise HTTPError("404")
        if kind == "own":
            raise terrarium.HostError("Quota", "used up", {"left": 0})
        raise KeyError(kind)

    sandbox = Sandbox(functions=[fail])
    code = "import host\ntry: fail('{}')\nexcept {} as e: r = {}\nr"
    for kind, caught, shown, expected in (
        ("file", "FileNotFoundError", "(e.errno, str(e))", (2, "[Errno 2] No such file")),
        ("http", "OSError", "(isinstance(e, host.HostError), e.kind, e.message)", (True, "HTTPError", "404")),
        ("own", "host.HostError", "(e.kind, e.message, e.data)", ("Quota", "used up", {"left": 0})),
        ("city", "KeyError", "e.args", ("city",)),
    ):
        assert sandbox.execute(code.format(kind, caught, shown)).final_expression == expected
    result = sandbox.execute("fail('http')")
    assert result.error is not None
    assert result.error.host_call is not None
    assert isinstance(result.error.host_call.exception, HTTPError)
    assert result.host_calls[0].error == "HTTPError: 404"
    assert "secret" not in str(sandbox.execute("fail('file')").to_dict())


def test_coroutine_functions_are_awaited_at_the_same_time() -> None:
    """In a loop of the caller and without one."""
    code = "import asyncio, time\nt = time.monotonic()\nr = await asyncio.gather(*[wait(0.3, n) for n in range(10)])\n(sum(r), time.monotonic() - t < 2)"
    assert run(code, [wait]) == (45, True)
    loops = []

    async def where() -> int:
        loops.append(asyncio.get_running_loop())
        return 1

    async def main() -> None:
        sandbox = Sandbox(functions=[where])
        result = await sandbox.execute_async("await where()")
        assert result.final_expression == 1
        assert loops == [asyncio.get_running_loop()]

    asyncio.run(main())


def test_cancelling_a_task_cancels_the_coroutine_of_the_host() -> None:
    """Both ways: a task of the code, and the run."""
    ended = threading.Event()

    async def stuck() -> None:
        try:
            await asyncio.sleep(1000)
        except asyncio.CancelledError:
            ended.set()
            raise

    code = "import asyncio\ntry:\n    async with asyncio.timeout(0.05): await stuck()\nexcept TimeoutError: r = 1\nr"
    assert run(code, [stuck]) == 1
    assert ended.wait(10)
    ended.clear()
    result = Sandbox(functions=[stuck]).execute("await stuck()", timeout=0.3)
    assert result.status == "timeout"
    assert ended.wait(10)


def test_a_function_that_does_not_return_holds_up_nothing() -> None:
    """A session keeps its names, and the function gets a sign."""
    release = threading.Event()
    seen = []

    def stuck() -> None:
        call = terrarium.current_call()
        release.wait(60)
        seen.append(call.is_cancelled)

    with Sandbox(functions=[stuck, add]).session() as session:
        session.execute("x = 41")
        begin = time.monotonic()
        result = session.execute("stuck()", timeout=0.3)
        assert (result.status, result.session_lost) == ("timeout", False)
        assert time.monotonic() - begin < 5
        release.set()
        assert session.execute("add(x)").final_expression == 42
    while not seen:
        time.sleep(0.01)
    assert seen == [True]


def test_a_session_is_busy_for_the_functions_that_its_code_waits_for() -> None:
    """No deadlock, and other sessions work."""
    sandbox = Sandbox()
    with sandbox.session() as session, sandbox.session() as other:

        def again() -> str:
            try:
                session.execute("1")
            except terrarium.SessionBusyError as error:
                return error.code + str(other.execute("6 * 7").final_expression)
            return "?"

        async def again_async() -> str:
            return await asyncio.to_thread(again)

        functions = [again, again_async]
        code = "again(), await again_async()"
        assert session.execute(code, functions=functions).final_expression == ("session_busy42", "session_busy42")


def test_functions_see_the_variables_of_the_caller() -> None:
    """Context variables."""
    user = contextvars.ContextVar("user", default="?")
    sandbox = Sandbox(functions={"who": user.get})
    user.set("ann")
    assert sandbox.execute("who()").final_expression == "ann"
    assert contextvars.Context().run(lambda: sandbox.execute("who()").final_expression) == "?"


def test_decide_allows_denies_and_answers() -> None:
    """The hook, in each form of its result."""

    def decide(call: terrarium.Call) -> Any:
        if call.name == "wait":
            return Answer("known")
        return Deny("ask a person") if call.args == (13,) else None

    sandbox = Sandbox(functions=[add, wait], decide=decide)
    code = "try: add(13)\nexcept PermissionError as e: r = str(e)\nr, add(1), await wait(100)"
    result = sandbox.execute(code)
    assert result.final_expression == ("ask a person", 2, "known")
    assert [call.outcome for call in result.host_calls] == ["denied", "returned", "answered"]

    async def later(call: terrarium.Call) -> bool:
        await asyncio.sleep(0.01)
        return call.args != (2,)

    assert run("add(1)", [add], decide=later) == 2
    assert Sandbox(functions=[add], decide=later).execute("add(2)").error.type == "PermissionError"  # type: ignore[union-attr]


def test_a_function_can_end_the_run() -> None:
    """Code cannot catch it."""

    def stop() -> None:
        raise terrarium.EndRun("enough")

    result = Sandbox(functions=[stop]).execute("try: stop()\nexcept Exception: pass\nwhile True: pass")
    assert result.status == "cancelled"
    assert result.error is not None
    assert result.error.message == "enough"


def test_generators_are_streams() -> None:
    """Of both kinds, one item at a time."""
    made = []

    def rows(count: int) -> Any:
        for row in range(count):
            made.append(row)
            yield {"row": row}

    async def pages(count: int) -> Any:
        for page in range(count):
            await asyncio.sleep(0)
            yield page

    assert run("[r['row'] for r in rows(3)]", [rows]) == [0, 1, 2]
    made.clear()
    assert run("it = rows(1_000_000)\nnext(it)['row']", [rows]) == 0
    assert len(made) <= 2
    assert run("[p async for p in await pages(3)]", [pages]) == [0, 1, 2]


def test_functions_of_a_run_are_beside_those_of_the_sandbox() -> None:
    """And pickling a sandbox needs functions that pickle."""
    sandbox = Sandbox(functions=[add])
    assert sandbox.execute("add(1), sub(1)", functions={"sub": lambda x: x - 1}).final_expression == (2, 0)
    error = sandbox.execute("sub(1)").error
    assert error is not None
    assert error.type == "NameError"


def test_calls_leave_nothing_behind() -> None:
    """Threads and objects."""

    class Value:
        alive = 0

        def __init__(self) -> None:
            Value.alive += 1

        def __del__(self) -> None:
            Value.alive -= 1

    def make() -> int:
        value = Value()
        return id(value) % 2

    assert run("for _ in range(900): make()\n1", [make]) == 1
    gc.collect()
    assert Value.alive == 0


def test_calls_are_events() -> None:
    """Among the text, in order."""
    events: list[Any] = []
    Sandbox(functions=[add]).execute("print(add(1), flush=True)\nadd('x')", on_event=events.append)
    calls = [(event.type, event.id, event.name) for event in events if isinstance(event, terrarium.CallEvent)]
    assert calls == [
        ("call_begun", 1, "add"),
        ("call_ended", 1, "add"),
        ("call_begun", 2, "add"),
        ("call_ended", 2, "add"),
    ]
    assert [event.call.outcome for event in events if event.type == "call_ended"] == ["returned", "refused"]
