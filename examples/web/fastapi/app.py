"""An HTTP service that runs Python code, and stops a run when its client disconnects."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import terrarium
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field

app = FastAPI()
sandbox = terrarium.Sandbox(timeout=10, memory=256 << 20)
running: set[asyncio.Task[terrarium.ExecutionResult]] = set()


class Program(BaseModel):
    """The body of a request."""

    code: str = Field(max_length=100_000)


@asynccontextmanager
async def started(
    request: Request, code: str, **options: Any
) -> AsyncIterator[asyncio.Task[terrarium.ExecutionResult]]:
    """Start a run that is cancelled if the client disconnects."""

    async def disconnected() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        run.cancel()

    run = asyncio.create_task(sandbox.execute_async(code, **options))
    running.add(run)
    run.add_done_callback(running.discard)
    watcher = asyncio.create_task(disconnected())
    try:
        yield run
    finally:
        watcher.cancel()
        run.cancel()


@app.post("/run")
async def execute(program: Program, request: Request) -> JSONResponse:
    """Answer with the result, whatever the code did."""
    async with started(request, program.code) as run:
        await asyncio.wait([run])
        if run.cancelled():
            return JSONResponse({"status": "cancelled"})
        result = run.result()
    return JSONResponse(
        {
            "status": result.status,
            "stdout": result.stdout,
            "value": result.final_repr,
            "error": result.error and result.error.message,
        }
    )


@app.post("/stream")
async def stream(program: Program, request: Request) -> StreamingResponse:
    """Send each piece of output while the code runs, and the status last: one JSON object a line."""

    async def lines() -> AsyncIterator[str]:
        pieces: asyncio.Queue[bytes | None] = asyncio.Queue()
        async with started(request, program.code, on_stdout=pieces.put_nowait) as run:
            run.add_done_callback(lambda _: pieces.put_nowait(None))
            while (piece := await pieces.get()) is not None:
                yield json.dumps({"stdout": piece.decode(errors="replace")}) + "\n"
            if not run.cancelled():
                yield json.dumps({"status": run.result().status}) + "\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


@app.get("/running")
async def count() -> int:
    """Tell how many runs are in progress."""
    return len(running)
