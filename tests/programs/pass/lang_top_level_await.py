# native: no, a script has no top-level await
"""await, async for and async with stand at the top level of a program."""

import asyncio


async def numbers():
    for n in range(3):
        await asyncio.sleep(0)
        yield n


await asyncio.sleep(0.01)
print([n async for n in numbers()])
async for n in numbers():
    print(n)
results = await asyncio.gather(*(asyncio.sleep(0, n) for n in range(3)))
print(results)
