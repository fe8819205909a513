# /// script
# dependencies = ["httpx"]
#
# [tool.terrarium]
# note = "there is no network: a request ends in a `ConnectError`; other transports work"
# ///
"""A client sends through a transport of the program, sync and async."""

import asyncio

import httpx


def answer(request):
    return httpx.Response(200, json={"path": request.url.path, "token": request.headers.get("authorization")})


transport = httpx.MockTransport(answer)
with httpx.Client(transport=transport, base_url="https://x", auth=("a", "b")) as client:
    assert client.post("/a", json={"n": 1}).json()["token"].startswith("Basic ")


async def main():
    async with httpx.AsyncClient(transport=transport) as client:
        answers = await asyncio.gather(*[client.get(f"https://x/{n}") for n in range(3)])
        return [a.json()["path"] for a in answers]


assert asyncio.run(main()) == ["/0", "/1", "/2"]
try:
    httpx.get("http://127.0.0.1:9/")
    raise AssertionError("nothing listens there")
except httpx.ConnectError:
    pass
