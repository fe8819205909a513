"""Complex numbers and nested loops."""


def escape(point, most):
    z = 0j
    for step in range(most):
        z = z * z + point
        if abs(z) > 2.0:
            return step
    return most


def run():
    rows = []
    for y in range(200):
        rows.append([escape(complex(x / 100 - 1.6, y / 100 - 1.0), 40) for x in range(250)])
    return sum(map(sum, rows))
