# native: yes
"""signal: an alarm interrupts computing and sleeping, and a timer rings again."""

import signal
import time


class Late(Exception):
    pass


def ring(number, frame):
    raise Late(signal.Signals(number).name)


print(signal.getsignal(signal.SIGALRM) is signal.SIG_DFL)
signal.signal(signal.SIGALRM, ring)
print(signal.getsignal(signal.SIGALRM) is ring)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    while True:
        pass
except Late as late:
    print("computing:", late)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    time.sleep(20)
except Late as late:
    print("sleeping:", late)
print(signal.alarm(10), 5 < signal.alarm(0) <= 10, signal.getitimer(signal.ITIMER_REAL))

rung = []
signal.signal(signal.SIGALRM, lambda number, frame: rung.append(number))
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
while len(rung) < 3:
    time.sleep(0.005)
left, interval = signal.setitimer(signal.ITIMER_REAL, 0)
print(len(rung) >= 3, left <= 0.02, round(interval, 3))
count = len(rung)
time.sleep(0.05)
print(len(rung) == count)
for way in (lambda: signal.signal(signal.SIGALRM, 5.5), lambda: signal.setitimer(signal.ITIMER_REAL, -1)):
    try:
        way()
    except (TypeError, OSError) as error:
        print(isinstance(error, OSError))
signal.signal(signal.SIGALRM, signal.SIG_IGN)
signal.alarm(1)
print(signal.alarm(0))


def where(number, frame):
    rung.append(frame.f_code.co_name)


def waits():
    time.sleep(0.1)


signal.signal(signal.SIGALRM, where)
rung.clear()
signal.setitimer(signal.ITIMER_REAL, 0.02)
waits()
signal.setitimer(signal.ITIMER_REAL, 0.02)
print(signal.pause(), rung[0], len(rung))
for number in (signal.SIGKILL, signal.SIGSTOP):
    try:
        signal.signal(number, where)
    except OSError as error:
        print(error.strerror)
print(signal.setitimer(signal.ITIMER_VIRTUAL, 0), signal.getitimer(signal.ITIMER_PROF))
for wrong in (("x",), (signal.ITIMER_REAL, "x"), (99, 1)):
    try:
        signal.setitimer(*wrong)
    except (TypeError, signal.ItimerError) as error:
        print(isinstance(error, OSError))
