# /// script
# dependencies = ["httpcore"]
#
# [tool.terrarium]
# note = "there is no network; other backends work"
# ///
"""A pool of connections over a backend of the program."""

import httpcore

backend = httpcore.MockBackend([b"HTTP/1.1 200 OK\r\n", b"Content-Length: 5\r\n\r\n", b"hello"])
with httpcore.ConnectionPool(network_backend=backend) as pool:
    answer = pool.request("GET", "http://example.com/")
    assert answer.status == 200 and answer.content == b"hello"
try:
    httpcore.request("GET", "http://127.0.0.1:9/")
    raise AssertionError("nothing listens there")
except httpcore.ConnectError:
    pass
