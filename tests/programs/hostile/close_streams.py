# expect: success error crashed
# timeout: 10
"""Closes and detaches the streams' objects."""

import sys

sys.stdout.buffer.raw.close()
sys.stderr.detach()
sys.stdin.close()
del sys.stdout, sys.stderr, sys.stdin
