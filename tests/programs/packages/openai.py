# packages: openai
# works: in part: there is no network, so a request ends in an `APIConnectionError`; a custom transport works
"""A client sends requests and streams through a custom transport."""

import httpx
from openai import APIConnectionError, OpenAI


def answer(request):
    if request.url.path.endswith("/embeddings"):
        return httpx.Response(200, json={"object": "list", "model": "m", "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 1.0]}]})
    message = {"role": "assistant", "content": "hello"}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    return httpx.Response(200, json={"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]})


client = OpenAI(api_key="none", http_client=httpx.Client(transport=httpx.MockTransport(answer)))
chat = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])
print(type(chat).__name__, chat.choices[0].message.content)
print(client.embeddings.create(model="m", input="x", encoding_format="float").data[0].embedding)
try:
    OpenAI(api_key="none", max_retries=0, timeout=1).models.list()
except APIConnectionError as error:
    print("no network:", "network is disabled by policy" in str(error.__cause__))
