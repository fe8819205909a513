# expect: success error
# timeout: 5
"""A last value of cycles and containers that change while they are read."""


class Changing(dict):
    def __iter__(self):
        self[len(self)] = 1
        return super().__iter__()


a = []
a += [a, {"a": a}, (a,)]
[a, Changing(x=1)]
