"""A list comprehension with a condition."""


def run():
    numbers = [i * 2 for i in range(1_000_000) if i % 3]
    return len(numbers), numbers[-1]
