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
    for y in range(60):
        rows.append([escape(complex(x / 40 - 1.6, y / 30 - 1.0), 40) for x in range(100)])
    return sum(map(sum, rows))
