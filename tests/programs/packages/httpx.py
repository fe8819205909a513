# packages: httpx
# works: in part: there is no network, so a request ends in a `ConnectError`; custom transports work
"""Addresses, requests, clients with a custom transport, sync and async."""

import httpx

url = httpx.URL("https://user:pass@example.com:8443/a b?x=1&y=ü#part")
print(url.host, url.port, url.path, url.query, url.copy_with(scheme="http").scheme)
request = httpx.Request("POST", "https://example.com/form", data={"a": "1 2"}, headers={"X-Y": "z"})
print(request.method, request.content, request.headers["content-type"], request.headers["x-y"])


def answer(request):
    return httpx.Response(200, json={"path": request.url.path, "sent": request.content.decode()})


with httpx.Client(transport=httpx.MockTransport(answer), base_url="https://example.com") as client:
    response = client.post("/api", content="body")
    print(response.status_code, response.json(), response.headers["content-type"])


async def main():
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        return (await client.get("https://example.com/async")).json()


print(await main())
try:
    httpx.get("https://example.com/", timeout=1)
except httpx.ConnectError as error:
    print("no network:", "network is disabled by policy" in str(error))
