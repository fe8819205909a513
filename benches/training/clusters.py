"""Points are put into clusters by the nearest centre, which moves to their middle."""


class Centre:
    __slots__ = ("count", "x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y
        self.count = 0

    def distance(self, point):
        dx = self.x - point[0]
        dy = self.y - point[1]
        return (dx * dx + dy * dy) ** 0.5


def points(number):
    state = 12345
    for _ in range(number):
        state = (state * 1103515245 + 12345) % 2147483648
        x = state / 2147483648.0
        state = (state * 1103515245 + 12345) % 2147483648
        yield x * 10.0 - 5.0, state / 2147483648.0 * 6.0


def run():
    cloud = list(points(700))
    centres = [Centre(x, y) for x, y in cloud[:6]]
    for _ in range(6):
        groups = {number: [] for number in range(len(centres))}
        for point in cloud:
            best, least = 0, float("inf")
            for number, centre in enumerate(centres):
                distance = centre.distance(point)
                if distance < least:
                    best, least = number, distance
            groups[best].append(point)
        for number, group in groups.items():
            centre = centres[number]
            centre.count = len(group)
            if group:
                centre.x = sum(point[0] for point in group) / len(group)
                centre.y = sum(point[1] for point in group) / len(group)
    return [(centre.count, round(centre.x, 3), round(centre.y, 3)) for centre in centres]
