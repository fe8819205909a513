"""Permutations of a list, and how often its head must be flipped."""


def run():
    size = 8
    order = list(range(size))
    counts = [0] * size
    checksum = most = number = 0
    rotate = size
    while True:
        while rotate != 1:
            counts[rotate - 1] = rotate
            rotate -= 1
        flips, work = 0, order[:]
        head = work[0]
        while head:
            work[: head + 1] = work[head::-1]
            flips += 1
            head = work[0]
        most = max(most, flips)
        checksum += -flips if number % 2 else flips
        while True:
            if rotate == size:
                return checksum, most
            first = order[0]
            for i in range(rotate):
                order[i] = order[i + 1]
            order[rotate] = first
            counts[rotate] -= 1
            if counts[rotate] > 0:
                break
            rotate += 1
        number += 1
