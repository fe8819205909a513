# expect: timeout
# timeout: 1
"""Handlers that swallow the interruption, and interruption switched off in every way there is."""

import signal

for number in range(1, 32):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.signal(signal.SIGINT, lambda *_: None)
try:
    signal.set_wakeup_fd(1)
except (OSError, ValueError):
    pass
try:
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
except (AttributeError, OSError, ValueError):
    pass
while True:
    try:
        pass
    except BaseException:
        pass
