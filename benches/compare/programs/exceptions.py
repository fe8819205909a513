"""Raising and catching."""


def run():
    caught = 0
    for i in range(200_000):
        try:
            if i % 2:
                raise ValueError("odd")
        except ValueError:
            caught += 1
    return caught
