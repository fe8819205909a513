# expect: error timeout
# timeout: 1
"""An exception whose text never returns."""


class Bad(Exception):
    def __str__(self):
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass

    __repr__ = __str__


raise Bad
