"""Coroutines that are driven by hand, asynchronous iterators, and generators that are sent values."""

from collections import deque


class Pause:
    def __await__(self):
        return (yield)


class Ticker:
    def __init__(self, count):
        self.count = count

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.count == 0:
            raise StopAsyncIteration
        self.count -= 1
        return await Pause()


async def worker(name, results):
    total = 0
    async for value in Ticker(60):
        total += value
    results.append((name, total))
    return total


async def pair(name, results):
    return await worker(name, results) + await worker(name + 1, results)


def averager():
    total, count, average = 0.0, 0, None
    while True:
        value = yield average
        total += value
        count += 1
        average = total / count


def run():
    results = []
    ready = deque((pair(i * 2, results), None) for i in range(800))
    turn = finished = 0
    while ready:
        task, value = ready.popleft()
        turn += 1
        try:
            task.send(value)
        except StopIteration as stop:
            finished += stop.value
        else:
            ready.append((task, turn % 13))
    average = averager()
    next(average)
    last = [average.send(i % 17) for i in range(400_000)][-1]
    average.close()
    return len(results), finished, round(last, 6)
