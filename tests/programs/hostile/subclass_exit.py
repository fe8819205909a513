# expect: success error
# timeout: 5
"""Exits with invalid codes, from unexpected places."""


class Odd(SystemExit):
    @property
    def code(self):
        raise SystemExit("again")


class Bad:
    def __del__(self):
        raise Odd

    def __repr__(self):
        raise Odd

    def __str__(self):
        raise Odd


Bad()
raise SystemExit(Bad())
