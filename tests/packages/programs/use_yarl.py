# /// script
# dependencies = ["yarl"]
# ///
"""Addresses are built, joined and encoded."""

from yarl import URL

url = URL("https://user:p@example.com:8443/a b/?q=ü#part")
assert url.host == "example.com" and url.port == 8443 and url.raw_path == "/a%20b/" and url.query["q"] == "ü"
assert str(URL("https://x") / "a" / "b" % {"n": 1}) == "https://x/a/b?n=1"
assert str(URL("https://x/a/b").join(URL("../c"))) == "https://x/c"
