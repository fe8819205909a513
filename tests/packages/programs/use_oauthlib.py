# /// script
# dependencies = ["oauthlib"]
# ///
"""The address of an authorisation and the parsing of its answer."""

from oauthlib.oauth2 import WebApplicationClient

client = WebApplicationClient("id")
address = client.prepare_request_uri("https://x/auth", redirect_uri="https://me/", scope=["a"], state="s")
assert "client_id=id" in address and "scope=a" in address
client.parse_request_uri_response("https://me/?code=c&state=s", state="s")
assert client.code == "c" and client.parse_request_body_response('{"access_token": "t", "token_type": "Bearer"}')["access_token"] == "t"
