# expect: success error
# timeout: 5
"""Leaves without telling the interpreter."""

import os

print("before", flush=True)
os._exit(7)
