# packages: anyio
# works: yes
"""Task groups, streams and cancel scopes on the event loop; worker threads."""

import anyio


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
    print("in a thread:", [await anyio.to_thread.run_sync(lambda n: n * 7, number) for number in range(4)])

    def fail():
        anyio.from_thread.check_cancelled()
        raise KeyError("in the thread")

    try:
        await anyio.to_thread.run_sync(fail)
    except KeyError as error:
        print("raised:", error)
    path = anyio.Path("notes.txt")
    await path.write_text("one")
    print(await path.read_text(), await path.exists(), [str(entry) async for entry in anyio.Path(".").glob("*.txt")])
    await path.unlink()
    async with anyio.create_task_group() as group:
        for number in range(3):
            group.start_soon(anyio.to_thread.run_sync, print, "side by side", number)


anyio.run(main)
