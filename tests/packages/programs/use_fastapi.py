# /// script
# dependencies = ["fastapi"]
# ///
"""An application answers, checks its input and describes itself."""

import asyncio
import json

from fastapi import FastAPI, Query
from pydantic import BaseModel

application = FastAPI()


class Item(BaseModel):
    name: str
    price: float


@application.post("/items")
async def create(item: Item, twice: bool = Query(False)):
    return {"name": item.name, "total": item.price * (2 if twice else 1)}


async def call(body, query=b""):
    sent = []
    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/items", "root_path": "", "query_string": query, "headers": headers, "http_version": "1.1"}

    async def receive():
        return {"type": "http.request", "body": json.dumps(body).encode()}

    async def send(message):
        sent.append(message)

    await application(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])


assert asyncio.run(call({"name": "pen", "price": 1.5}, b"twice=true")) == (200, {"name": "pen", "total": 3.0})
assert asyncio.run(call({"name": "pen"}))[0] == 422
assert "/items" in application.openapi()["paths"]
