# native: yes
"""contextvars, graphlib, sched, queue, timeit, cmd-line helpers and importlib.resources."""

import contextvars
import graphlib
import queue
import sched
import time
import timeit

v = contextvars.ContextVar("v", default=0)
token = v.set(5)
context = contextvars.copy_context()
v.reset(token)
print(v.get(), context[v], context.run(lambda: v.set(9) and v.get()), v.get())
print(list(graphlib.TopologicalSorter({"d": {"b", "c"}, "b": {"a"}, "c": {"a"}}).static_order())[0])
try:
    graphlib.TopologicalSorter({"a": {"b"}, "b": {"a"}}).prepare()
except graphlib.CycleError as error:
    print(error.args[0])
s, order = sched.scheduler(time.monotonic, time.sleep), []
s.enter(0.02, 1, order.append, ("second",))
s.enter(0.01, 1, order.append, ("first",))
s.run()
print(order)
q = queue.PriorityQueue()
for n in (3, 1, 2):
    q.put(n)
print([q.get() for _ in range(3)], q.empty())
try:
    queue.Queue().get_nowait()
except queue.Empty:
    print("empty")
print(timeit.timeit("1 + 1", number=1000) < 1, timeit.repeat("pass", number=1, repeat=2) != [])
