# expect: timeout
# timeout: 1
"""Sleeps again whenever it is woken."""

import select
import time

while True:
    try:
        time.sleep(1000)
        select.select([], [], [], 1000)
    except BaseException:
        pass
