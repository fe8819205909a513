# native: yes
"""os.pipe: data goes through, an empty closed pipe is at its end, select sees what is ready."""

import os
import select

r, w = os.pipe()
print(os.write(w, b"through"), os.read(r, 3), os.read(r, 99))
os.write(w, b"x")
print(select.select([r], [w], [], 0) == ([r], [w], []))
os.read(r, 1)
print(select.select([r], [], [], 0.01))
poll = select.poll()
poll.register(r, select.POLLIN)
print(poll.poll(0))
os.write(w, b"y")
print([(fd == r, bool(event & select.POLLIN)) for fd, event in poll.poll(0)])
os.close(w)
print(os.read(r, 9), os.read(r, 9))
os.close(r)
r, w = os.pipe()
os.close(r)
try:
    os.write(w, b"nobody")
except BrokenPipeError as error:
    print(error.strerror)
