# packages: anyio
# works: in part: a worker thread does one piece of work and cannot be taken up again, so the second `to_thread.run_sync` or `Path` of a run waits for ever
"""Task groups, streams and cancel scopes on the event loop; worker threads."""

import threading

import anyio

threading.excepthook = lambda fault: print("the worker ends:", fault.exc_type.__name__)


async def producer(send):
    async with send:
        for number in range(3):
            await send.send(number)
            await anyio.sleep(0)


async def main():
    send, receive = anyio.create_memory_object_stream(1)
    async with anyio.create_task_group() as group:
        group.start_soon(producer, send)
        async with receive:
            print([item async for item in receive])
    with anyio.move_on_after(0.01) as scope:
        await anyio.sleep(10)
    print("cancelled:", scope.cancelled_caught)
    print("in a thread:", await anyio.to_thread.run_sync(lambda: 6 * 7))
    with anyio.move_on_after(0.1) as scope:
        await anyio.to_thread.run_sync(lambda: 1, abandon_on_cancel=True)
    print("the second time: stuck", scope.cancelled_caught)


anyio.run(main)
