# /// script
# dependencies = ["sniffio"]
# ///
"""The running library of coroutines is identified."""

import asyncio

import sniffio


async def main():
    return sniffio.current_async_library()


assert asyncio.run(main()) == "asyncio"
try:
    sniffio.current_async_library()
    raise AssertionError("nothing runs")
except sniffio.AsyncLibraryNotFoundError:
    pass
