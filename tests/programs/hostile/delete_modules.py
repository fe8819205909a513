# expect: success error crashed
# timeout: 10
# session: reset
"""Empties sys.modules, sys.path and the import machinery."""

import sys

sys.path.clear()
sys.path_hooks.clear()
sys.meta_path.clear()
sys.path_importer_cache.clear()
for name in list(sys.modules):
    if name not in ("sys",):
        sys.modules[name] = None
sys.modules.clear()
sys.modules = None
