# native: yes
"""asyncio: gather, queues, tasks, timeouts, cancellation, locks, async generators and context managers."""

import asyncio


async def work(name, delay):
    await asyncio.sleep(delay)
    return name


async def producer(queue):
    for n in range(3):
        await queue.put(n)
        await asyncio.sleep(0)
    await queue.put(None)


async def consumer(queue):
    got = []
    while (item := await queue.get()) is not None:
        got.append(item)
    return got


async def counting():
    for n in range(3):
        yield n
        await asyncio.sleep(0)


class Manager:
    async def __aenter__(self):
        return "entered"

    async def __aexit__(self, *_):
        print("left")


async def main():
    print(await asyncio.gather(work("slow", 0.02), work("fast", 0.0)))
    queue = asyncio.Queue(maxsize=1)
    print((await asyncio.gather(producer(queue), consumer(queue)))[1])
    try:
        await asyncio.wait_for(work("late", 5), timeout=0.02)
    except asyncio.TimeoutError:
        print("timeout")
    task = asyncio.create_task(work("never", 10))
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled", task.cancelled())
    print([n async for n in counting()])
    async with Manager() as entered:
        print(entered)
    lock, order = asyncio.Lock(), []

    async def guarded(n):
        async with lock:
            order.append(n)
            await asyncio.sleep(0)
            order.append(n)

    async with asyncio.TaskGroup() as group:
        for n in range(3):
            group.create_task(guarded(n))
    print(order)
    print(await asyncio.gather(work("ok", 0), asyncio.sleep(0, 1 / 1), return_exceptions=True))
    done, pending = await asyncio.wait([asyncio.create_task(work(n, 0)) for n in "ab"])
    print(sorted(t.result() for t in done), pending)
    event = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, event.set)
    await event.wait()
    print(event.is_set())
    return "returned"


print(asyncio.run(main()))
with asyncio.Runner() as runner:
    print(runner.run(work("runner", 0)))
