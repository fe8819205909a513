"""Exit functions of a program are called at its end, in the order of other processes."""

import atexit
import logging
import weakref

stream = open("log.txt", "w")
handler = logging.StreamHandler(stream)
logging.getLogger("app").addHandler(handler)


class Thing:
    pass


thing = Thing()
weakref.finalize(thing, lambda: (logging.getLogger("app").warning("finalizer"), print("finalizer")))
kept = Thing()
weakref.finalize(kept, print, "not at the end").atexit = False
atexit.register(print, "first registered")
atexit.register(lambda: print("last registered", open("log.txt").read() == ""))
# One of others goes, one of the program's own comes: as many as before.
atexit.unregister(logging.shutdown)
print("end of the program")
