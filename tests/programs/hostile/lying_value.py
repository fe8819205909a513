# expect: success error
# timeout: 5
"""Values that lie about their class, length, items and text."""


class Lie(list):
    __class__ = dict

    def __len__(self):
        return 2**31

    def __iter__(self):
        return iter(int, 1)

    def __getattribute__(self, name):
        raise MemoryError(name)

    def __repr__(self):
        return 5


class Meta(type):
    def __getattribute__(cls, name):
        raise SystemExit(name)


class Odd(metaclass=Meta):
    pass


class Keys(dict):
    def items(self):
        return [(self, self)] * 10

    keys = values = __iter__ = items


[Lie([1, 2]), Odd, Odd(), Keys(a=1), {Lie: 1}]
