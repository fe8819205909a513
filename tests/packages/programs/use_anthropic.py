# /// script
# dependencies = ["anthropic"]
#
# [tool.terrarium]
# note = "there is no network: a request ends in an `APIConnectionError`; other transports work"
# ///
"""A client sends requests through a transport of the program."""

import anthropic
import httpx2


def answer(request):
    content = [{"type": "text", "text": "hello"}]
    usage = {"input_tokens": 1, "output_tokens": 1}
    return httpx2.Response(200, json={"id": "1", "type": "message", "role": "assistant", "model": "m", "content": content, "stop_reason": "end_turn", "usage": usage})


client = anthropic.Anthropic(api_key="key", http_client=httpx2.Client(transport=httpx2.MockTransport(answer)))
message = client.messages.create(model="m", max_tokens=5, messages=[{"role": "user", "content": "hi"}])
assert message.content[0].text == "hello" and message.usage.input_tokens == 1
