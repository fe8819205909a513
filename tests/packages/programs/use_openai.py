# /// script
# dependencies = ["openai"]
#
# [tool.terrarium]
# note = "there is no network: a request ends in an `APIConnectionError`; other transports work"
# ///
"""A client sends requests through a transport of the program."""

import httpx2
import openai


def answer(request):
    message = {"role": "assistant", "content": "hello"}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    return httpx2.Response(200, json={"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]})


client = openai.OpenAI(api_key="key", http_client=httpx2.Client(transport=httpx2.MockTransport(answer)))
completion = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])
assert completion.choices[0].message.content == "hello"
refused = httpx2.Client(transport=httpx2.MockTransport(lambda request: httpx2.Response(401, json={"error": {"message": "no"}})))
try:
    openai.OpenAI(api_key="key", http_client=refused).models.list()
    raise AssertionError("refused")
except openai.AuthenticationError:
    pass
