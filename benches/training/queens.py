"""Backtracking with lists and recursion: the queens on a board."""


def place(row, size, columns, left, right):
    if row == size:
        return 1
    found = 0
    for column in range(size):
        if column in columns or row + column in left or row - column in right:
            continue
        columns.append(column)
        left.append(row + column)
        right.append(row - column)
        found += place(row + 1, size, columns, left, right)
        columns.pop()
        left.pop()
        right.pop()
    return found


def run():
    return place(0, 11, [], [], [])
