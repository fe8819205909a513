# /// script
# dependencies = ["pluggy"]
# ///
"""Hooks are specified, implemented and called in order."""

import pluggy

specification, implementation = pluggy.HookspecMarker("app"), pluggy.HookimplMarker("app")


class Spec:
    @specification
    def total(self, numbers): ...


class Sum:
    @implementation
    def total(self, numbers):
        return sum(numbers)


class Longest:
    @implementation(tryfirst=True)
    def total(self, numbers):
        return max(numbers)


manager = pluggy.PluginManager("app")
manager.add_hookspecs(Spec)
manager.register(Sum())
manager.register(Longest())
assert manager.hook.total(numbers=[1, 2, 3]) == [3, 6]
assert manager.load_setuptools_entrypoints("no.such.group") == 0
