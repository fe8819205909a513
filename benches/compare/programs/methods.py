"""Classes: attributes read and written, methods called."""


class Counter:
    def __init__(self, step):
        self.step = step
        self.value = 0

    def add(self, times):
        self.value += self.step * times
        return self

    def half(self):
        return self.value // 2


def run():
    total = 0
    for i in range(100_000):
        counter = Counter(i)
        counter.add(2).add(3)
        total += counter.half() + counter.value
    return total
