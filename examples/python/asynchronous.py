"""Many runs at once in an event loop; a task that is cancelled stops its run."""

import asyncio

import terrarium


async def main() -> None:
    """Run a few programs, one of which would never end."""
    sandbox = terrarium.Sandbox()
    results = await asyncio.gather(*[sandbox.execute_async(f"sum(range({n}))") for n in range(10)])
    assert [result.final_expression for result in results] == [sum(range(n)) for n in range(10)]

    lines: list[bytes] = []
    try:
        await asyncio.wait_for(sandbox.execute_async("while True: print('busy')", on_stdout=lines.append), timeout=0.5)
    except asyncio.TimeoutError:
        pass
    assert b"busy" in b"".join(lines)


asyncio.run(main())
