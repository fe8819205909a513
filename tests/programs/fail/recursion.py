# native: yes
"""Endless recursion is a RecursionError whose traceback is shortened."""


def again(n):
    return again(n + 1)


again(0)
