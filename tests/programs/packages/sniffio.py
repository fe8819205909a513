# packages: sniffio
# works: yes
"""The running event loop is identified."""

import sniffio


async def main():
    return sniffio.current_async_library()


print(await main())
print(sniffio.current_async_library_cvar.get())
