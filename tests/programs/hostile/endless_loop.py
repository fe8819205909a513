# expect: timeout
# timeout: 1
"""The simplest one."""

while True:
    pass
