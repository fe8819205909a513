# /// script
# dependencies = ["itsdangerous"]
# ///
"""Signed texts, with a time, and a changed one is refused."""

import itsdangerous

serializer = itsdangerous.URLSafeTimedSerializer("key")
token = serializer.dumps({"id": 5})
assert serializer.loads(token, max_age=60) == {"id": 5}
try:
    serializer.loads(token[:-2] + "xx")
    raise AssertionError("changed")
except itsdangerous.BadSignature:
    pass
assert itsdangerous.Signer("key").unsign(itsdangerous.Signer("key").sign(b"v")) == b"v"
