"""Lists of lists: products, a determinant by elimination, and the same with exact fractions."""

from fractions import Fraction


def product(a, b):
    columns = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, column)) for column in columns] for row in a]


def determinant(matrix):
    rows, sign = [list(row) for row in matrix], 1
    value = rows[0][0] * 0 + 1
    for i in range(len(rows)):
        pivot = next((r for r in range(i, len(rows)) if rows[r][i]), None)
        if pivot is None:
            return 0
        if pivot != i:
            rows[i], rows[pivot] = rows[pivot], rows[i]
            sign = -sign
        value *= rows[i][i]
        for r in range(i + 1, len(rows)):
            factor = rows[r][i] / rows[i][i]
            for c in range(i, len(rows)):
                rows[r][c] -= factor * rows[i][c]
    return value * sign


def run():
    floats = [[((i * 31 + j * 17) % 23) / 7 for j in range(120)] for i in range(120)]
    squared = product(floats, floats)
    exact = [[Fraction((i * 31 + j * j * 17) % 23 + 1, i + j + 2) for j in range(20)] for i in range(20)]
    return round(squared[3][4], 6), str(determinant(exact))
