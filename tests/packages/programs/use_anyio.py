# /// script
# dependencies = ["anyio"]
# ///
"""Task groups, streams, time limits and worker threads on the event loop."""

import anyio


async def main():
    send, receive = anyio.create_memory_object_stream(5)
    got = []

    async def produce():
        async with send:
            for number in range(3):
                await send.send(number)
                await anyio.sleep(0)

    async def consume():
        async with receive:
            async for number in receive:
                got.append(number)

    async with anyio.create_task_group() as group:
        group.start_soon(produce)
        group.start_soon(consume)
    with anyio.move_on_after(0.01) as scope:
        await anyio.sleep(10)
    assert scope.cancelled_caught
    assert await anyio.to_thread.run_sync(sum, got) == 3
    await anyio.Path("f.txt").write_text("text")
    assert await anyio.Path("f.txt").read_text() == "text"


anyio.run(main)
