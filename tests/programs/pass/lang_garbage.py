# native: yes
"""Reference counting, weak references, finalizers and the cycle collector."""

import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.other = None

    def __del__(self):
        print("del", self.name)


n = Node("counted")
reference = weakref.ref(n)
print(reference() is n)
del n
print(reference())
a, b = Node("a"), Node("b")
a.other, b.other = b, a
weak = weakref.WeakValueDictionary(a=a)
del a, b
print(gc.collect() >= 2, len(weak))
finalizer = weakref.finalize(Node, print, "never at exit")
finalizer.detach()
kept = weakref.WeakSet()
value = Node("kept")
kept.add(value)
print(len(kept))
value.__class__.__del__ = lambda self: None
