# expect: timeout
# timeout: 1
"""An event loop that never ends and tasks that refuse to be cancelled."""

import asyncio


async def stay():
    while True:
        try:
            await asyncio.sleep(1000)
        except BaseException:
            pass


async def main():
    await asyncio.gather(*(stay() for _ in range(10)))


while True:
    try:
        asyncio.run(main())
    except BaseException:
        pass
