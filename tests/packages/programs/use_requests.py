# /// script
# dependencies = ["requests"]
#
# [tool.terrarium]
# note = "there is no network: a request ends in a `ConnectionError`; other adapters work"
# ///
"""Requests are prepared, a session keeps cookies and headers, and an adapter answers."""

import io

import requests
from requests.adapters import BaseAdapter


class Here(BaseAdapter):
    def send(self, request, **kwargs):
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = 200, request, request.url
        answer.headers["Content-Type"] = "application/json"
        answer.raw = io.BytesIO(b'{"path": "%s"}' % request.path_url.encode())
        return answer

    def close(self):
        pass


session = requests.Session()
session.headers["X-Name"] = "value"
session.mount("https://here/", Here())
answer = session.get("https://here/a", params={"q": "x y"}, timeout=1)
assert answer.ok and answer.json() == {"path": "/a?q=x+y"} and answer.request.headers["X-Name"] == "value"
assert requests.Request("POST", "https://a/", json={"n": 1}).prepare().body == b'{"n": 1}'
try:
    requests.get("http://127.0.0.1:9/", timeout=1)
    raise AssertionError("nothing listens there")
except requests.ConnectionError:
    pass
