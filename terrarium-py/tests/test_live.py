"""Input, displays and events while the code runs."""

import asyncio
import gc
import threading
import time
from itertools import count

import pytest
import terrarium
from terrarium import CancelHandle, ExecutionError, Status

# More than any step takes on a busy machine.
PATIENCE = 20.0


def wait_until(condition):
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "it does not happen"
        time.sleep(0.01)


def test_a_function_gets_the_prompt_and_the_echo(sandbox):
    asked = []

    def answer(request):
        asked.append((request.prompt, request.echo))
        return f"answer {len(asked)}"

    code = "import getpass, sys\n[input('name? '), getpass.getpass('pin? '), input(), sys.stdin.readline()]"
    result = sandbox.execute(code, stdin=answer)
    assert result.final_expression == ["answer 1", "answer 2", "answer 3", "answer 4\n"]
    assert asked == [("name? ", True), ("pin? ", False), ("", True), ("", True)]
    assert result.stdout == ""


def test_a_request_is_its_prompt_as_text(sandbox):
    assert sandbox.execute("input('p ')", stdin=str).final_expression == "p "


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (["a", "b\n", b"c"], "a\nb\nc"),
        ([b"a", b"b"], "ab"),
        (["é", "\udcff"], "é\n\udcff\n"),
        ([], ""),
        ((n for n in ("1", "2")), "1\n2\n"),
        (iter(["x"]), "x\n"),
        (map(str, range(3)), "0\n1\n2\n"),
    ],
)
def test_an_iterator_gives_pieces(sandbox, answers, expected):
    result = sandbox.execute("import sys; text = sys.stdin.read()", stdin=answers, outputs=["text"])
    assert result.outputs["text"] == expected


def test_an_endless_iterator_is_read_as_far_as_the_code_reads(sandbox):
    numbers = count()
    result = sandbox.execute("print(input('n: '), input())", stdin=(str(n) for n in numbers))
    assert (result.stdout, next(numbers)) == ("n: 0 1\n", 2)


def test_the_end_can_be_told_in_two_ways(sandbox):
    def at_the_end(_):
        raise EOFError

    for stdin in (at_the_end, lambda _: None):
        result = sandbox.execute("input()", stdin=stdin)
        assert (result.error.type, result.input_error) == ("EOFError", None)


def test_an_exception_is_an_oserror_of_the_code_and_at_hand(sandbox):
    problem = ValueError("no such person")

    def answer(_):
        raise problem

    result = sandbox.execute("input()", stdin=answer)
    assert (result.status, result.error.type, result.input_error) == (Status.ERROR, "OSError", problem)
    assert "no such person" not in result.to_json()
    with pytest.raises(ExecutionError) as raised:
        result.raise_for_status()
    assert raised.value.__cause__ is problem
    result = sandbox.execute("try: input()\nexcept OSError: print('caught')", stdin=answer)
    assert (result.stdout, result.input_error) == ("caught\n", problem)

    def interrupt(_):
        raise KeyboardInterrupt

    result = sandbox.execute("try: input()\nexcept KeyboardInterrupt: print('caught')", stdin=interrupt)
    assert (result.stdout, result.input_error) == ("caught\n", None)


@pytest.mark.parametrize(
    ("answer", "kind"), [(1, TypeError), (object(), TypeError), ("x" * ((64 << 20) + 1), ValueError)]
)
def test_a_wrong_answer_is_told(sandbox, answer, kind):
    result = sandbox.execute("input()", stdin=lambda _: answer)
    assert result.error.type == "OSError"
    assert isinstance(result.input_error, kind)


def test_a_function_that_never_returns_holds_no_run(sandbox):
    release = threading.Event()

    def never(_):
        release.wait()
        return "late"

    with sandbox.session() as session:
        session.execute("x = 41")
        begun = time.monotonic()
        result = session.execute("input()", stdin=never, timeout=0.3)
        assert (result.status, result.session_lost, result.metrics.abandoned) == (Status.TIMEOUT, False, 1)
        cancel = CancelHandle()
        threading.Timer(0.2, cancel.cancel).start()
        result = session.execute("input()", stdin=never, timeout=None, cancel=cancel)
        assert (result.status, result.metrics.abandoned) == (Status.CANCELLED, 1)
        assert time.monotonic() - begun < PATIENCE
        release.set()
        result = session.execute("[input(), x + 1]", stdin="own\n")
        assert (result.final_expression, result.metrics.abandoned) == (["own", 42], 0)


def test_threads_end_with_their_runs(sandbox):
    before = threading.active_count()
    for _ in range(50):
        assert sandbox.execute("input()", stdin=lambda _: "x").final_expression == "x"
    wait_until(lambda: threading.active_count() <= before)


def test_many_questions_are_answered(sandbox):
    numbers = count()
    code = "sum(int(input('?')) for _ in range(10_000))"
    result = sandbox.execute(code, stdin=lambda _: str(next(numbers)), timeout=120)
    assert result.final_expression == 49_995_000


def test_what_is_asynchronous_works_in_both_ways(sandbox):
    async def answer(request):
        await asyncio.sleep(0.01)
        return request.prompt + "!"

    async def pieces():
        for n in range(3):
            await asyncio.sleep(0.01)
            yield str(n)

    code = "[input('a'), input('b')]"
    assert sandbox.execute(code, stdin=answer).final_expression == ["a!", "b!"]
    assert sandbox.execute("import sys; list(sys.stdin)", stdin=pieces()).final_expression == ["0\n", "1\n", "2\n"]

    async def main():
        loop = asyncio.get_running_loop()

        async def here(_):
            assert asyncio.get_running_loop() is loop
            return "here"

        first = await sandbox.execute_async("input()", stdin=here)
        second = await sandbox.execute_async("import sys; sys.stdin.read()", stdin=pieces())
        third = await sandbox.execute_async("input()", stdin=lambda _: threading.current_thread().name)
        return [result.final_expression for result in (first, second, third)]

    assert asyncio.run(main()) == ["here", "0\n1\n2\n", "terrarium-input"]


def test_a_coroutine_that_waits_is_cancelled_with_the_run(sandbox):
    ended = []

    async def answer(_):
        try:
            await asyncio.sleep(1000)
        finally:
            ended.append(True)

    async def main():
        result = await sandbox.execute_async("input()", stdin=answer, timeout=0.3)
        for _ in range(100):
            if ended:
                break
            await asyncio.sleep(0.05)
        return result.status

    assert asyncio.run(main()) is Status.TIMEOUT
    assert ended == [True]
    assert sandbox.execute("input()", stdin=answer, timeout=0.3).status is Status.TIMEOUT
    wait_until(lambda: len(ended) == 2)


CODE = """
import sys
from IPython.display import clear_output
print('é')
handle = display(1, display_id='x')
print('two', file=sys.stderr)
handle.update(2)
clear_output(wait=True)
print('three')
"""


def short(event):
    match event:
        case terrarium.OutputEvent():
            return event.type, event.text
        case terrarium.DisplayEvent():
            return event.type, event.display.id, event.display.data["text/plain"]
        case terrarium.ClearEvent():
            return event.type, event.wait
    return event


EVENTS = [
    ("stdout", "é"),
    ("stdout", "\n"),
    ("display", "x", "1"),
    ("stderr", "two"),
    ("stderr", "\n"),
    ("update", "x", "2"),
    ("clear", True),
    ("stdout", "three"),
    ("stdout", "\n"),
]


def test_events_come_in_their_order(sandbox):
    events, displays = [], []
    result = sandbox.execute(CODE, on_event=lambda event: events.append(short(event)), on_display=displays.append)
    assert events == EVENTS
    assert [display.data["text/plain"] for display in displays] == ["1", "2"]
    assert (result.stdout, result.displays) == ("three\n", [])
    events.clear()

    async def main():
        loop_thread = threading.get_ident()

        def receive(event):
            assert threading.get_ident() == loop_thread
            events.append(short(event))

        await sandbox.execute_async(CODE, on_event=receive)

    asyncio.run(main())
    assert events == EVENTS


def test_displays_have_their_identifier_in_results(sandbox):
    result = sandbox.execute("display(1, display_id='x'); display(2)")
    assert [display.id for display in result.displays] == ["x", None]
    assert terrarium.ExecutionResult.from_json(result.to_json()) == result


def test_an_exception_of_a_receiver_stops_the_run(sandbox):
    def receive(_):
        raise LookupError("enough")

    for name in ("on_event", "on_display"):
        with pytest.raises(LookupError, match="enough"):
            sandbox.execute("while True: display(1)", **{name: receive})


def test_a_slow_receiver_does_not_delay_the_end(sandbox):
    events = []

    def receive(event):
        time.sleep(0.02)
        events.append(event)

    begun = time.monotonic()
    result = sandbox.execute("while True: print('x'); display(1)", on_event=receive, timeout=0.5)
    assert result.status is Status.TIMEOUT
    assert time.monotonic() - begun < PATIENCE
    assert len(events) < 300


def test_a_stream_has_the_events_and_the_result(sandbox):
    async def main():
        stream = sandbox.stream(CODE + "42")
        events = [short(event) async for event in stream]
        with sandbox.session() as session:
            await session.execute_async("x = 1")
            second = session.stream("print(x)")
            texts = [event.text async for event in second]
        return events, stream.result.final_expression, "".join(texts)

    assert asyncio.run(main()) == (EVENTS, 42, "1\n")


def test_a_stream_asks_for_input(sandbox):
    async def main():
        answers: asyncio.Queue[str] = asyncio.Queue()

        async def answer(request):
            return await answers.get()

        stream = sandbox.stream("print('ready')\nprint(input())", stdin=answer)
        texts = []
        async for event in stream:
            texts.append(event.text)
            if "ready" in event.text:
                await answers.put("typed")
        return "".join(texts)

    assert asyncio.run(main()) == "ready\ntyped\n"


def test_leaving_the_loop_stops_the_run(sandbox):
    cancels = [CancelHandle() for _ in range(4)]
    code = "n = 0\nwhile True:\n    n += 1\n    print(n)"

    async def main():
        async for _ in sandbox.stream(code, cancel=cancels[0], timeout=None):
            break
        async with sandbox.stream(code, timeout=None) as stream:
            async for _ in stream:
                break
        stream = sandbox.stream(code, timeout=None)
        await anext(stream)
        await stream.aclose()
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
        task = asyncio.create_task(consume(sandbox.stream("import time\nprint(1)\ntime.sleep(1000)", timeout=None)))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    async def consume(stream):
        async for _ in stream:
            pass

    begun = time.monotonic()
    asyncio.run(main())
    gc.collect()
    assert time.monotonic() - begun < PATIENCE
    # The threads of the pool are free again.
    assert asyncio.run(all_of(sandbox)) == [0, 1, 2, 3, 4, 5, 6, 7]


async def all_of(sandbox):
    results = await asyncio.gather(*(sandbox.execute_async(f"{n}") for n in range(8)))
    return [result.final_expression for result in results]


def test_a_run_waits_for_the_reader_of_its_stream(sandbox):
    async def main():
        stream = sandbox.stream("for n in range(100_000): print(n)", timeout=None)
        first = await anext(stream)
        await asyncio.sleep(0.5)
        waiting = len(stream._channel._events)
        rest = [event.text async for event in stream]
        return first.text + "".join(rest), waiting

    text, waiting = asyncio.run(main())
    assert text == "".join(f"{n}\n" for n in range(100_000))
    assert waiting <= 64


def test_a_reader_that_stops_reading_does_not_delay_the_end(sandbox):
    async def main():
        stream = sandbox.stream("while True: print('x' * 1000)", timeout=0.3)
        await anext(stream)
        await asyncio.sleep(1)
        async for _ in stream:
            pass
        return stream.result.status

    assert asyncio.run(main()) is Status.TIMEOUT


def test_a_stream_raises_the_errors_of_its_call(sandbox):
    async def main(**options):
        async for _ in sandbox.stream("1", **options):
            pass

    with pytest.raises(TypeError):
        asyncio.run(main(stdin=1))
    with pytest.raises(TypeError, match="on_event"):
        sandbox.stream("1", on_event=print)


def test_exits_are_clean_while_a_function_waits(tmp_path):
    import subprocess
    import sys

    code = """
import terrarium, threading
sandbox = terrarium.Sandbox()
result = sandbox.execute("input()", stdin=lambda _: threading.Event().wait(), timeout=0.2)
print(result.status.value)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "timeout\n", "")
