# expect: timeout error
# timeout: 1
# session: reset
"""An import hook that never answers."""

import sys


class Finder:
    def find_spec(self, *_):
        while True:
            pass


sys.meta_path.insert(0, Finder())
import antigravity
