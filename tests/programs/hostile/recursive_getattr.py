# expect: success error crashed
# timeout: 10
"""__getattr__, __repr__, __eq__, __hash__, __iter__ and __del__ that call themselves."""


class A:
    def __getattr__(self, name):
        return getattr(self, name + "x")

    def __repr__(self):
        return repr(self)

    def __eq__(self, other):
        return other == self

    def __hash__(self):
        return hash(self)

    def __len__(self):
        return len(self)

    def __call__(self):
        return self()

    def __bool__(self):
        return bool(self)


a = A()
for way in (lambda: a.b, lambda: repr(a), lambda: a == A(), lambda: {a}, lambda: len(a), a, lambda: bool(a), lambda: f"{a}"):
    try:
        way()
    except (RecursionError, MemoryError):
        print("recursion")
print("alive")
