# native: yes
"""An uncaught exception keeps the output before it and shows the program's frames with their lines."""


def outer(n):
    return inner(n - 1)


def inner(n):
    print("before")
    return 10 / n


outer(1)
print("never")
