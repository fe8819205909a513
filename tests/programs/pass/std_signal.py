# native: yes
"""signal: handlers can be installed, inspected and raised in the process itself."""

import signal

got = []
old = signal.signal(signal.SIGTERM, lambda number, frame: got.append(number))
signal.raise_signal(signal.SIGTERM)
print(got == [signal.SIGTERM], signal.getsignal(signal.SIGTERM) is not old, signal.Signals(2).name, signal.strsignal(15))
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.raise_signal(signal.SIGTERM)
# What a shell runs in the background ignores it.
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("interrupt")
print("alive")
