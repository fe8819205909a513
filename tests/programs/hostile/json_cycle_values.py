# expect: success error
# timeout: 5
"""A last value of cycles, shared parts, and containers that change while they are read."""


class Changing(dict):
    def __iter__(self):
        self[len(self)] = 1
        return super().__iter__()


a = []
a += [a, {"a": a}, (a,)]
big = [[1] * 10]
for _ in range(30):
    big = [big, big]
[a, Changing(x=1), big]
