# native: yes
"""An exception inside a coroutine comes out of asyncio.run."""

import asyncio


async def main():
    await asyncio.sleep(0)
    raise LookupError("inside")


asyncio.run(main())
