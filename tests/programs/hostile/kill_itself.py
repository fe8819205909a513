# expect: crashed error success timeout
# timeout: 3
"""Sends itself every signal."""

import os
import signal

for number in (signal.SIGUSR1, signal.SIGPIPE, signal.SIGTERM, signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL, signal.SIGSTOP):
    try:
        os.kill(os.getpid(), number)
        print("sent", number)
    except (OSError, AttributeError) as error:
        print(type(error).__name__)
signal.raise_signal(signal.SIGSEGV)
