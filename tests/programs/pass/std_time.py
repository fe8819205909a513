# native: yes
"""time: sleeping takes the time asked for and no processor time; clocks run forward; formatting works."""

import time

for seconds in (0.05, 0.2):
    wall, cpu = time.perf_counter(), time.process_time()
    time.sleep(seconds)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(seconds, seconds <= wall < seconds + 0.15 or wall, cpu < seconds / 2 or cpu)
a = time.monotonic_ns()
time.sleep(0)
print(time.monotonic_ns() >= a, time.time() > 1.7e9, time.time_ns() > 1.7e18, time.perf_counter() <= time.perf_counter())
print(time.gmtime(0)[:], time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(1e9)), time.mktime(time.localtime(1e9)), time.asctime(time.gmtime(0)))
print(time.strptime("30 Nov 00", "%d %b %y")[:6], time.get_clock_info("monotonic").monotonic, time.clock_getres(time.CLOCK_MONOTONIC) < 0.1)
try:
    time.sleep(-1)
except ValueError as error:
    print(error)
start = time.perf_counter()
while time.perf_counter() - start < 0.02:
    pass
print("spun")
for seconds in (1e18, -1e18, 2**62, 1e300, float("nan")):
    for function in (time.localtime, time.gmtime, time.ctime):
        try:
            print(function(seconds))
        except (OSError, OverflowError, ValueError) as error:
            print(type(error).__name__)
