# native: yes
"""An exception whose own text fails is still reported."""


class Bad(Exception):
    def __str__(self):
        raise ValueError("no text")

    __repr__ = __str__


raise Bad
