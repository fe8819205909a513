# expect: success error timeout
# timeout: 1
"""A last value whose repr never returns."""


class Stay:
    def __repr__(self):
        while True:
            pass


Stay()
