"""A loop of plain integer arithmetic."""


def run():
    i = total = 0
    while i < 1_000_000:
        total += i & 7
        i += 1
    return total
