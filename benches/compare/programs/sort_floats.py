"""Sorting floats in an order that is not nearly sorted. Making the floats is not timed."""


def floats(count):
    numbers = []
    state = 12345
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2147483648
        numbers.append(state / 2147483648)
    return numbers


NUMBERS = floats(200_000)


def run():
    numbers = sorted(NUMBERS)
    return [round(numbers[i], 9) for i in (0, 50_000, 199_999)]
