# expect: timeout error success crashed
# timeout: 2
"""A handler that raises its own signal, and alarms."""

import signal

try:
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGTERM))
    signal.raise_signal(signal.SIGTERM)
except RecursionError:
    print("recursion")
try:
    signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
    signal.alarm(1)
    signal.pause()
except (AttributeError, OSError) as error:
    print(type(error).__name__)
while True:
    pass
