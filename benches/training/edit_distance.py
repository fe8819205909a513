"""Dynamic programming over strings: the distances between words."""


def distance(one, two):
    previous = list(range(len(two) + 1))
    for i, a in enumerate(one, 1):
        current = [i]
        for j, b in enumerate(two, 1):
            cost = previous[j - 1] if a == b else 1 + min(previous[j - 1], previous[j], current[-1])
            current.append(cost)
        previous = current
    return previous[-1]


def run():
    words = ["interpreter", "interrupted", "sandboxed", "sandcastle", "sessions", "possession", "imagery"]
    endings = [str(number) for number in range(7, 1_000_000_000, 14_000_000)]
    return sum(distance(one + ending, two) for one in words for two in words for ending in endings)
