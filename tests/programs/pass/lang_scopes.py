# native: yes
"""Closures, nonlocal, global, default arguments, decorators and keyword-only parameters."""

import functools

counter = 0


def make():
    n = 0

    def step(by=1, /, *, twice=False):
        nonlocal n
        global counter
        n += by * (2 if twice else 1)
        counter += 1
        return n

    return step


a, b = make(), make()
print(a(), a(5), a(1, twice=True), b(), counter)


def logged(prefix):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            result = function(*args, **kwargs)
            print(prefix, function.__name__, args, kwargs, result)
            return result

        return wrapper

    return decorate


@logged("call")
def add(a, b=2):
    """Add."""
    return a + b


add(1)
add(1, b=5)
print(add.__name__, add.__doc__, add.__wrapped__(1, 1))


def shared(item, bucket=[]):
    bucket.append(item)
    return bucket


shared(1)
print(shared(2), __name__)
