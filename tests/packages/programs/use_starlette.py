# /// script
# dependencies = ["starlette"]
# ///
"""An application with routes, a middleware and a test client."""

import asyncio

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Mount, Route


async def home(request):
    return JSONResponse({"name": request.path_params["name"], "q": request.query_params.get("q")})


application = Starlette(routes=[Mount("/in", routes=[Route("/{name:str}", home)]), Route("/", lambda request: PlainTextResponse("root"))])
sent = []


async def call(path, query=b""):
    sent.clear()
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "query_string": query, "headers": [], "http_version": "1.1"}

    async def receive():
        return {"type": "http.request", "body": b""}

    async def send(message):
        sent.append(message)

    await application(scope, receive, send)
    return sent[0]["status"], sent[1]["body"]


assert asyncio.run(call("/in/ada", b"q=1")) == (200, b'{"name":"ada","q":"1"}')
assert asyncio.run(call("/none"))[0] == 404
