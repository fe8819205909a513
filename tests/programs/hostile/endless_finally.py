# expect: timeout
# timeout: 1
"""Loops in finally blocks and in __exit__ and in __del__."""


class Stay:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        while True:
            try:
                while True:
                    pass
            finally:
                continue


with Stay():
    try:
        while True:
            pass
    finally:
        while True:
            try:
                pass
            finally:
                continue
