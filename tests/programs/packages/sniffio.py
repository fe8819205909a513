# packages: sniffio
# works: yes
"""Which event loop is running."""

import sniffio


async def main():
    return sniffio.current_async_library()


print(await main())
print(sniffio.current_async_library_cvar.get())
