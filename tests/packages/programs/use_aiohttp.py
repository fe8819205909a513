# /// script
# dependencies = ["aiohttp"]
#
# [tool.terrarium]
# note = "there is no network: neither a client nor a server can connect"
# ///
"""Forms, cookies, addresses, routes, and a request that cannot be sent."""

import asyncio

import aiohttp
from aiohttp import web
from aiohttp.test_utils import make_mocked_request


async def hello(request):
    return web.json_response({"path": request.path, "q": request.query.get("q")})


async def main():
    application = web.Application()
    application.router.add_get("/hello", hello)
    request = make_mocked_request("GET", "/hello?q=1", headers={"Host": "x"})
    match = await application.router.resolve(request)
    answer = await match.handler(request)
    assert answer.status == 200 and answer.text == '{"path": "/hello", "q": "1"}'
    form = aiohttp.FormData({"a": "b c"})
    assert form().decode() == "a=b+c"
    async with aiohttp.ClientSession() as session:
        try:
            await session.get("http://127.0.0.1:9/")
            raise AssertionError("nothing listens there")
        except aiohttp.ClientConnectionError:
            pass


asyncio.run(main())
