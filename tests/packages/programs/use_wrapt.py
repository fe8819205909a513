# /// script
# dependencies = ["wrapt"]
# ///
"""Functions are wrapped and objects proxied."""

import wrapt


@wrapt.decorator
def twice(wrapped, instance, args, kwargs):
    return 2 * wrapped(*args, **kwargs)


class A:
    @twice
    def five(self):
        return 5


assert A().five() == 10 and twice(len)("abc") == 6
proxy = wrapt.ObjectProxy([1, 2])
proxy.append(3)
assert isinstance(proxy, list) and proxy == [1, 2, 3] and proxy.__wrapped__ == [1, 2, 3]
