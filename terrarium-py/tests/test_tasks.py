"""Runs that are awaited."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
import terrarium
from terrarium import Status


def test_many_runs_at_once(sandbox):
    async def main():
        runs = [sandbox.execute_async(f"{n} * 2", {"f": b"1"}) for n in range(200)]
        return [result.final_expression for result in await asyncio.gather(*runs)]

    assert asyncio.run(main()) == [2 * n for n in range(200)]


def test_the_loop_goes_on_meanwhile(sandbox):
    async def main():
        ticks = 0
        run = asyncio.ensure_future(sandbox.execute_async("import time; time.sleep(0.5); 1"))
        while not run.done():
            ticks += 1
            await asyncio.sleep(0.01)
        return ticks, (await run).final_expression

    ticks, value = asyncio.run(main())
    assert ticks > 10
    assert value == 1


def test_a_cancelled_task_stops_its_run_at_once(sandbox):
    async def main():
        session = sandbox.session()
        await session.execute_async("x = 1")
        begun = time.monotonic()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(session.execute_async("while True: pass"), 0.3)
        # The session is free again: the run did not go on to its own limit.
        result = await session.execute_async("x")
        return result.final_expression, time.monotonic() - begun

    value, took = asyncio.run(main())
    assert value == 1
    assert took < 5


def test_a_run_that_waits_for_a_thread_can_be_cancelled(sandbox):
    async def main():
        cancel = terrarium.CancelHandle()
        busy = [asyncio.ensure_future(sandbox.execute_async("while True: pass", cancel=cancel)) for _ in range(40)]
        await asyncio.sleep(0.2)
        waiting = asyncio.ensure_future(sandbox.execute_async("1"))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        cancel.cancel()
        return {(await run).status for run in busy}

    assert asyncio.run(main()) == {Status.CANCELLED}


def test_listeners_are_called_in_the_loop_and_before_the_result(sandbox):
    async def main():
        heard, threads = [], set()

        def listen(data):
            heard.append(data)
            threads.add(threading.get_ident())

        result = await sandbox.execute_async("for i in range(100): print(i)", on_stdout=listen)
        return b"".join(heard) == result.stdout.encode(), threads == {threading.get_ident()}

    assert asyncio.run(main()) == (True, True)


def test_an_exception_of_a_listener_is_raised_where_the_run_is_awaited(sandbox):
    def listen(data):
        raise KeyError("stop")

    async def main():
        with pytest.raises(KeyError, match="stop"):
            await sandbox.execute_async("while True: print(1)", on_stdout=listen)

    asyncio.run(main())


def test_stop_iteration_of_a_function_ends_the_wait(sandbox):
    def listener(_text):
        raise StopIteration("stop")

    async def main():
        with pytest.raises(RuntimeError, match="a function raised StopIteration") as caught:
            await asyncio.wait_for(sandbox.execute_async("print(1)", on_stdout=listener), 60)
        assert isinstance(caught.value.__cause__, StopIteration)

    asyncio.run(main())


def test_wrong_arguments_are_raised_where_the_run_is_awaited(sandbox):
    async def main():
        with pytest.raises(TypeError, match="unknown option 'no'"):
            await sandbox.execute_async("1", no=1)
        with pytest.raises(TypeError, match="cancel: expected a CancelHandle"):
            await sandbox.execute_async("1", cancel=3)

    asyncio.run(main())


def test_every_method_that_waits_has_a_twin():
    instant = {"inspect", "list", "prune"}
    for kind in (terrarium.Sandbox, terrarium.Session, terrarium.Image, terrarium.PackageStore):
        names = {
            name for name, value in vars(kind).items() if not name.startswith("_") and not isinstance(value, property)
        }
        names.discard("function_stubs")
        plain = {name for name in names if not name.endswith("_async")} - (
            instant if kind is terrarium.Image else set()
        )
        twins = {name.removesuffix("_async") for name in names - plain if name.endswith("_async")}
        # A stream is an asynchronous iterator.
        assert plain - {"stream"} == twins - {"create"}, kind


def test_the_twins_of_sandboxes_sessions_and_images(tmp_path):
    async def main():
        steps, threads = [], set()

        def note(step):
            steps.append(step)
            threads.add(threading.get_ident())

        image = await terrarium.Image.build_async(prepare="import colorsys", progress=note)
        assert all(isinstance(step, str) for step in steps)
        assert threads <= {threading.get_ident()}
        await image.save_async(tmp_path / "moved.timg")
        opened = await terrarium.Image.open_async(tmp_path / "moved.timg")
        on_image = await terrarium.Sandbox.on_image_async(opened, timeout=9)
        assert on_image.execute("import sys; 'colorsys' in sys.modules").final_expression is True

        sandbox = await terrarium.Sandbox.create_async(timeout=8, files={"f": "1"})
        assert (type(sandbox), sandbox.options["timeout"]) == (terrarium.Sandbox, 8)
        async with await sandbox.session_async() as session:
            await session.write_file_async("a", "text")
            assert await session.read_file_async("a") == b"text"
            assert await session.list_files_async() == [terrarium.FileInfo("a", 4), terrarium.FileInfo("f", 1)]
            await session.remove_file_async("a")
            assert await session.all_files_async() == {"f": b"1"}
            assert await session.check_async("for x in y:") == "incomplete"
            assert (await session.complete_async("impo", 4)).start == 0
            await session.execute_async("x = 1")
            await session.reset_globals_async()
            assert (await session.execute_async("x")).error.type == "NameError"
            await session.write_file_async("b", b"")
            await session.reset_async()
            assert [file.path for file in await session.list_files_async()] == ["f"]
            with pytest.raises(FileNotFoundError):
                await session.read_file_async("b")
        assert session.closed

    asyncio.run(main())


def test_wrong_options_are_raised_where_the_twins_are_awaited():
    async def main():
        with pytest.raises(TypeError, match="unknown option 'no'"):
            await terrarium.Sandbox.create_async(no=1)
        with pytest.raises(terrarium.InvalidOptionError, match="memory"):
            await terrarium.Sandbox.create_async(memory=1)
        with pytest.raises(terrarium.ImageError, match="ZeroDivisionError"):
            await terrarium.Image.build_async(prepare="1 / 0")

    asyncio.run(main())


def test_an_exception_of_progress_is_raised_where_the_build_is_awaited():
    def stop(step):
        raise KeyError("stop")

    async def main():
        with pytest.raises(KeyError, match="stop"):
            await terrarium.Image.build_async(prepare="import colorsys; print('unlike any other')", progress=stop)

    asyncio.run(main())
