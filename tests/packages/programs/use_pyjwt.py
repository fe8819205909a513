# /// script
# dependencies = ["pyjwt"]
# ///
"""Tokens are signed, checked and refused."""

import datetime

import jwt

key = "a key of thirty-two bytes or more."
now = datetime.datetime.now(datetime.timezone.utc)
token = jwt.encode({"sub": "42", "exp": now + datetime.timedelta(minutes=1)}, key, algorithm="HS256")
assert jwt.decode(token, key, algorithms=["HS256"])["sub"] == "42"
assert jwt.get_unverified_header(token)["alg"] == "HS256"
for wrong, error in [(token[:-4] + "AAAA", jwt.InvalidSignatureError), (jwt.encode({"exp": 1}, key), jwt.ExpiredSignatureError)]:
    try:
        jwt.decode(wrong, key, algorithms=["HS256"])
        raise AssertionError("not valid")
    except error:
        pass
