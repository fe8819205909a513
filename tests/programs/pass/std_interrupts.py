# native: 3.13
"""SIGINT that a program sends to itself: handlers, loops and tasks."""

import _thread
import asyncio
import os
import signal


def show(name, value):
    print(f"{name}: {value}")


show("default", signal.getsignal(signal.SIGINT) is signal.default_int_handler)
try:
    signal.default_int_handler(2, None)
except KeyboardInterrupt as error:
    show("default handler", repr(error))

SENDERS = {
    "raise_signal": lambda: signal.raise_signal(signal.SIGINT),
    "kill": lambda: os.kill(os.getpid(), signal.SIGINT),
    "interrupt_main": _thread.interrupt_main,
}


def settle():
    for _ in range(1000):
        pass


for name, send in SENDERS.items():
    try:
        send()
        settle()
    except KeyboardInterrupt:
        show(name, "KeyboardInterrupt")

seen = []
before = signal.signal(signal.SIGINT, lambda number, frame: seen.append((number, frame is not None)))
show("before", before is signal.default_int_handler)
for send in SENDERS.values():
    send()
    settle()
show("own handler", seen)
own = signal.getsignal(signal.SIGINT)
show("own handler is kept", own(2, None))
show("returned", signal.signal(signal.SIGINT, signal.SIG_IGN) is own)
signal.raise_signal(signal.SIGINT)
settle()
show("ignored", signal.getsignal(signal.SIGINT).name)
show("types", signal.signal(signal.SIGINT, signal.default_int_handler).name)
for wrong in ("text", 7, None):
    try:
        signal.signal(signal.SIGINT, wrong)
    except (TypeError, ValueError) as error:
        show("wrong", type(error).__name__)


def raising(number, frame):
    raise ValueError(number)


signal.signal(signal.SIGINT, raising)
try:
    signal.raise_signal(signal.SIGINT)
    settle()
except ValueError as error:
    show("raising", error)
signal.signal(signal.SIGINT, signal.default_int_handler)


async def interrupted(name):
    try:
        asyncio.get_running_loop().call_later(0.01, signal.raise_signal, signal.SIGINT)
        await asyncio.sleep(100)
    except asyncio.CancelledError:
        show(name, "cancelled")
        await asyncio.sleep(0.01)
        raise
    finally:
        show(name, "cleanup")


def run(name, coroutine):
    try:
        show(name, asyncio.run(coroutine))
    except KeyboardInterrupt:
        show(name, "KeyboardInterrupt")
    show(name, signal.getsignal(signal.SIGINT) is signal.default_int_handler)


run("run", interrupted("run"))


async def grouped():
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(100))
        group.create_task(interrupted("group"))


run("group", grouped())


async def limited():
    async with asyncio.timeout(50):
        await interrupted("timeout")


run("timeout", limited())


async def swallowed():
    try:
        await interrupted("swallowed")
    except asyncio.CancelledError:
        return "swallowed"


run("swallowed", swallowed())


async def busy():
    signal.raise_signal(signal.SIGINT)
    settle()
    show("busy", "after the first")
    signal.raise_signal(signal.SIGINT)
    settle()
    show("busy", "after the second")


run("busy", busy())


async def with_handler():
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    loop.add_signal_handler(signal.SIGINT, done.set_result, "handled")
    loop.call_later(0.01, os.kill, os.getpid(), signal.SIGINT)
    result = await done
    show("removed", loop.remove_signal_handler(signal.SIGINT))
    return result


run("add_signal_handler", with_handler())


async def handler_cancels():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, asyncio.current_task().cancel)
    try:
        await interrupted("handler cancels")
    finally:
        loop.remove_signal_handler(signal.SIGINT)


try:
    asyncio.run(handler_cancels())
except asyncio.CancelledError:
    show("handler cancels", "CancelledError")

with asyncio.Runner() as runner:
    for turn in range(2):
        try:
            runner.run(interrupted("runner"))
        except KeyboardInterrupt:
            show("runner", turn)
