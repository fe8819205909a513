"""A pack of cards is shuffled, cut, dealt and sorted; hands are slices of it."""

from collections import Counter, deque


def riffle(pack):
    middle = len(pack) // 2
    left, right = pack[:middle], pack[middle:]
    shuffled = []
    for pair in zip(left, right, strict=False):
        shuffled.extend(pair)
    return shuffled + right[len(left) :]


def value(hand):
    ranks = sorted((card[0] for card in hand), reverse=True)
    counts = Counter(ranks)
    pattern = tuple(sorted(counts.values(), reverse=True))
    colours = {card[1] for card in hand}
    return pattern, len(colours) == 1, ranks[:3]


def run():
    pack = [(rank, colour) for colour in "shdc" for rank in range(2, 15)]
    best, total = None, 0
    for turn in range(90):
        pack = riffle(pack)
        cut = (turn * 7) % 30 + 3
        pack = pack[cut:] + pack[:cut]
        pack[:10] = pack[9::-1]
        table = deque(pack)
        table.rotate(turn % 5)
        hands = [list(table)[start : start + 5] for start in range(0, 40, 5)]
        ranked = sorted(hands, key=value)
        strongest = value(ranked[-1])
        total += strongest[2][0] + len(ranked[0])
        if best is None or strongest > best:
            best = strongest
        del hands[2:4], pack[50:]
        pack += [card for card in ((rank, colour) for colour in "shdc" for rank in range(2, 15)) if card not in pack]
    return best, total, len(pack)
