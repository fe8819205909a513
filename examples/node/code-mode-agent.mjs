// An agent in code mode: the model writes programs that call tools, and each program runs in a session. The model is a script here.
import assert from 'node:assert/strict';
import { Sandbox } from 'terrarium';

const ORDERS = [
  { id: 1, item: 'apple', count: 30 },
  { id: 2, item: 'pear', count: 12 },
  { id: 3, item: 'apple', count: 5 },
];
const refunds = [];

const functions = {
  orders: {
    call: (item) => ORDERS.filter((order) => item === null || item === undefined || order.item === item),
    signature: '(item: str | None = None) -> list[dict]',
    doc: 'Return the orders, or those of one item: `id`, `item` and `count`.',
  },
  rate: {
    call: async (item) => ({ apple: 0.5, pear: 0.8 })[item],
    signature: '(item: str) -> float',
    doc: 'Return the price of an item.',
    isAsync: true,
  },
  refund: {
    call: (order, amount) => {
      refunds.push([order, amount]);
      return `refunded ${amount.toFixed(2)} for order ${order}`;
    },
    signature: '(order: int, amount: float) -> str',
    doc: 'Pay money back for an order. A person approves each refund above 10.',
  },
};
const decide = ({ name, args }) =>
  name === 'refund' && args[1] > 10 ? { deny: 'a refund above 10 was not approved' } : true;

const SCRIPT = [
  `I look at the orders first.
\`\`\`python
import asyncio
found = orders("apple")
prices = await asyncio.gather(*[rate(order["item"]) for order in found])
values = {order["id"]: order["count"] * price for order, price in zip(found, prices)}
print(values)
\`\`\``,
  `Both are to be refunded.
\`\`\`python
for order, value in values.items():
    try:
        print(refund(order, value))
    except PermissionError as error:
        print(order, "is open:", error)
\`\`\``,
  'Order 3 is refunded. Order 1 needs an approval.',
];
const model = (conversation) => SCRIPT[conversation.filter(({ role }) => role === 'assistant').length];

async function agent(task) {
  const sandbox = await Sandbox.create({ functions, decide, hostCalls: 100 });
  const prompt = `Write Python in \`\`\`python blocks. These functions exist:\n${sandbox.functionStubs()}`;
  const conversation = [
    { role: 'system', content: prompt },
    { role: 'user', content: task },
  ];
  const session = await sandbox.session();
  for (;;) {
    const answer = model(conversation);
    conversation.push({ role: 'assistant', content: answer });
    const code = /```python\n(.*?)```/s.exec(answer)?.[1];
    if (code === undefined) {
      await session.close();
      return answer;
    }
    const result = await session.execute(code, { timeout: 60 });
    conversation.push({ role: 'user', content: result.stdout + (result.error?.traceback ?? '') });
  }
}

const answer = await agent('Refund all orders of apples.');
console.log(answer);
assert.equal(answer, 'Order 3 is refunded. Order 1 needs an approval.');
assert.deepEqual(refunds, [[3, 2.5]]);
