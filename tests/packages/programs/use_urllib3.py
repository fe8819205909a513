# /// script
# dependencies = ["urllib3"]
#
# [tool.terrarium]
# note = "there is no network: a request ends in an error"
# ///
"""Addresses, forms, headers, retries, and a request that cannot be sent."""

import urllib3
from urllib3.filepost import encode_multipart_formdata
from urllib3.util import Retry, parse_url

url = parse_url("https://user@example.com:8443/a/b?x=1#part")
assert (url.host, url.port, url.path, url.query) == ("example.com", 8443, "/a/b", "x=1")
body, kind = encode_multipart_formdata({"a": "1", "file": ("f.txt", b"text", "text/plain")})
assert b'filename="f.txt"' in body and kind.startswith("multipart/form-data; boundary=")
headers = urllib3.HTTPHeaderDict({"Accept": "a"})
headers.add("accept", "b")
assert headers["ACCEPT"] == "a, b"
assert Retry(3).increment("GET", "/").total == 2
try:
    urllib3.PoolManager(retries=False).request("GET", "http://127.0.0.1:9/")
    raise AssertionError("nothing listens there")
except urllib3.exceptions.HTTPError:
    pass
