"""Floats in lists: the planets move a while."""

SUN = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 39.47841760435743]
PLANETS = [
    [4.84143144246472, -1.16032004402742, -0.10362204447112, 0.60632639299584, 2.81198684491626, -0.02521836165989],
    [8.34336671824458, 4.12479856412430, -0.40352341711432, -1.01077434617880, 1.82566237123041, 0.00841576137658],
    [12.89436956213913, -15.11115140169863, -0.22330757889266, 1.08279100644154, 0.86871301816961, -0.01083263740136],
    [15.37969711485092, -25.91931460998796, 0.17925877295037, 0.97909073224390, 0.59469899864767, -0.03475595555078],
]
MASSES = [0.03769367487039, 0.01128632613198, 0.00172372405706, 0.00203368686992]


def run():
    bodies = [SUN[:]] + [[*place[:], mass] for place, mass in zip(PLANETS, MASSES)]
    pairs = [(bodies[i], bodies[j]) for i in range(5) for j in range(i + 1, 5)]
    step = 0.01
    for _ in range(6_000):
        for one, two in pairs:
            dx, dy, dz = one[0] - two[0], one[1] - two[1], one[2] - two[2]
            pull = step / (dx * dx + dy * dy + dz * dz) ** 1.5
            to_one, to_two = two[6] * pull, one[6] * pull
            one[3] -= dx * to_one
            one[4] -= dy * to_one
            one[5] -= dz * to_one
            two[3] += dx * to_two
            two[4] += dy * to_two
            two[5] += dz * to_two
        for body in bodies:
            body[0] += step * body[3]
            body[1] += step * body[4]
            body[2] += step * body[5]
    return [round(value, 5) for value in bodies[1][:3]]
