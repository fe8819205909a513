# native: yes
"""An exception group's traceback shows its members."""

raise ExceptionGroup("several", [ValueError(1), ExceptionGroup("inner", [TypeError("two")])])
