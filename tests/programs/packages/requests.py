# packages: requests
# works: in part: there is no network, so a request ends in a `ConnectionError`; custom adapters work
"""Requests are prepared, sessions keep headers and cookies, a custom adapter answers."""

import io

import requests
from requests.adapters import BaseAdapter

prepared = requests.Request("GET", "https://example.com/a b", params={"q": "ü", "n": [1, 2]}, auth=("user", "pass")).prepare()
print(prepared.url, prepared.headers["Authorization"])
prepared = requests.Request("POST", "https://example.com", files={"file": ("a.txt", b"data")}).prepare()
print(prepared.headers["Content-Type"].split(";")[0], b'filename="a.txt"' in prepared.body)


class Answer(BaseAdapter):
    def send(self, request, **options):
        response = requests.Response()
        response.status_code, response.url, response.request = 200, request.url, request
        response.headers["Content-Type"] = "application/json"
        response.raw = io.BytesIO(b'{"agent": "%s"}' % request.headers["User-Agent"].encode())
        return response

    def close(self):
        pass


with requests.Session() as session:
    session.headers["User-Agent"] = "tester"
    session.mount("https://", Answer())
    print(session.get("https://example.com/").json())
try:
    requests.get("https://example.com/", timeout=1)
except requests.ConnectionError as error:
    print("no network:", "network is disabled by policy" in str(error))
