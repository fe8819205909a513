# /// script
# dependencies = ["google-auth"]
#
# [tool.terrarium]
# note = "there is no network: tokens are not fetched"
# ///
"""A key of a service signs, and a token is checked."""

from google.auth import crypt, jwt
from google.oauth2.credentials import Credentials

credentials = Credentials("token", refresh_token="r", token_uri="https://x", client_id="c", client_secret="s")
assert credentials.token == "token" and not credentials.expired
headers = {}
credentials.apply(headers)
assert headers["authorization"] == "Bearer token"
assert hasattr(crypt, "RSASigner") and callable(jwt.decode)
