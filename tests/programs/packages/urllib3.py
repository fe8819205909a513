# packages: urllib3
# works: in part: there is no network, so a request ends in an error
"""Addresses, forms, headers and retries; a request that cannot be sent."""

import urllib3
from urllib3.filepost import encode_multipart_formdata
from urllib3.util import Retry, Timeout, make_headers, parse_url

url = parse_url("https://user@example.com:8443/a/../b?q=ü#f")
print(url.host, url.port, url.request_uri, url.auth, url.url)
body, kind = encode_multipart_formdata({"a": "1", "f": ("n.txt", b"data")}, boundary="b")
print(kind, body.count(b"--b"), make_headers(basic_auth="u:p", keep_alive=True))
headers = urllib3.HTTPHeaderDict({"X-A": "1"})
headers.add("x-a", "2")
print(headers["X-A"], Retry(3, backoff_factor=1).increment("GET", "/", error=None).total, Timeout(2).connect_timeout)
try:
    urllib3.PoolManager().request("GET", "http://example.com/", retries=False, timeout=1)
except urllib3.exceptions.HTTPError as error:
    print("no network:", "network is disabled by policy" in str(error))
