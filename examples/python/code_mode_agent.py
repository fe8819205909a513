"""An agent in code mode: the model writes programs that call tools, and each program runs in a session.

The model is a script here, which answers as a model would. Replace `model` by a call of yours: it gets the
conversation, and returns a text with at most one block of code.
"""

import re

from terrarium import Call, Deny, Sandbox

ORDERS = {1: ("apple", 30), 2: ("pear", 12), 3: ("apple", 5)}
REFUNDS = []


def orders(item: str | None = None) -> list[dict]:
    """Return the orders, or those of one item: `id`, `item` and `count`."""
    return [{"id": n, "item": i, "count": c} for n, (i, c) in ORDERS.items() if item in (None, i)]


async def rate(item: str) -> float:
    """Return the price of an item."""
    return {"apple": 0.5, "pear": 0.8}[item]


def refund(order: int, amount: float) -> str:
    """Pay money back for an order. A person approves each refund above 10."""
    REFUNDS.append((order, amount))
    return f"refunded {amount:.2f} for order {order}"


def decide(call: Call) -> Deny | None:
    """Stand in for the person who approves."""
    return Deny("a refund above 10 was not approved") if call.name == "refund" and call.args[1] > 10 else None


SCRIPT = [
    """I look at the orders first.
```python
import asyncio
found = orders("apple")
prices = await asyncio.gather(*[rate(order["item"]) for order in found])
values = {order["id"]: order["count"] * price for order, price in zip(found, prices)}
print(values)
```""",
    """Both are to be refunded.
```python
for order, value in values.items():
    try:
        print(refund(order, value))
    except PermissionError as error:
        print(order, "is open:", error)
```""",
    "Order 3 is refunded. Order 1 needs an approval.",
]


def model(conversation: list[dict]) -> str:
    """Answer the conversation."""
    return SCRIPT[sum(message["role"] == "assistant" for message in conversation)]


def agent(task: str) -> str:
    """Work on a task until the model answers without code."""
    sandbox = Sandbox(functions=[orders, rate, refund], decide=decide, host_calls=100)
    prompt = f"Write Python in ```python blocks. These functions exist:\n{sandbox.function_stubs()}"
    conversation = [{"role": "system", "content": prompt}, {"role": "user", "content": task}]
    with sandbox.session() as session:
        while True:
            answer = model(conversation)
            conversation.append({"role": "assistant", "content": answer})
            code = re.search(r"```python\n(.*?)```", answer, re.DOTALL)
            if code is None:
                return answer
            result = session.execute(code[1], timeout=60)
            report = result.stdout + (result.error.traceback if result.error else "")
            conversation.append({"role": "user", "content": report or repr(result.final_expression)})


answer = agent("Refund all orders of apples.")
print(answer)
assert answer == "Order 3 is refunded. Order 1 needs an approval."
assert REFUNDS == [(3, 2.5)]
