# expect: timeout
# timeout: 1
"""Swallows every exception, KeyboardInterrupt too."""

while True:
    try:
        while True:
            pass
    except BaseException:
        pass
