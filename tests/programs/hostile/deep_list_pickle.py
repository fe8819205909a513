# expect: success error crashed memory_exceeded timeout
# timeout: 10
"""A list nested two hundred thousand deep: pickled, copied, marshalled, hashed."""

import copy
import marshal
import pickle

value = ()
for _ in range(200_000):
    value = (value,)
for way in (pickle.dumps, copy.deepcopy, marshal.dumps, hash, str, lambda v: isinstance(1, v), pickle._dumps):
    try:
        way(value)
    except (RecursionError, ValueError, TypeError) as error:
        print(type(error).__name__)
print("alive")
