"""A bar that is heated at one end cools at the other: explicit steps, then relaxation of a plate."""


def run():
    bar = [0.0] * 120
    bar[0] = 100.0
    for _ in range(120):
        before = bar
        bar = [100.0]
        for place in range(1, len(before) - 1):
            here = before[place]
            flow = 0.4 * (before[place - 1] - here) - 0.4 * (here - before[place + 1])
            bar.append(here + flow)
        bar.append(before[-2] * 0.5)
    plate = [[0.0] * 24 for _ in range(24)]
    plate[0] = [50.0 - abs(column - 12.0) * 2.0 for column in range(24)]
    change = 1.0
    rounds = 0
    while change > 0.05 and rounds < 40:
        change = 0.0
        for row in range(1, 23):
            above, line, below = plate[row - 1], plate[row], plate[row + 1]
            for column in range(1, 23):
                new = (above[column] + below[column] + line[column - 1] + line[column + 1]) / 4.0
                difference = new - line[column]
                if difference < 0.0:
                    difference = -difference
                change = max(change, difference)
                line[column] = new
        rounds += 1
    return round(sum(bar), 3), rounds, round(sum(sum(line) for line in plate), 3)
