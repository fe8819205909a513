"""The library's modules in Python that stand in for C code can be imported, and give what the C code gives."""

import datetime
import importlib
import sys

NAMES = (
    *("_aix_support", "_android_support", "_apple_support", "_collections_abc", "_colorize", "_compat_pickle"),
    *("_markupbase", "_opcode_metadata", "_osx_support", "_py_abc", "_py_warnings", "_pydatetime"),
    *("_pydecimal", "_pyio", "_pylong", "_sitebuiltins", "_strptime", "_threading_local", "_weakrefset"),
    *("pydoc_data.module_docs", "pydoc_data.topics", "zoneinfo._zoneinfo"),
)
print([name for name in NAMES if importlib.import_module(name).__name__ != name])

import zoneinfo

from zoneinfo import _zoneinfo

differences = 0
for key in sorted(zoneinfo.available_timezones()):
    ours, native = _zoneinfo.ZoneInfo(key), zoneinfo.ZoneInfo(key)
    for year in (1900, 1970, 2024, 2100):
        moment = datetime.datetime(year, 7, 1, 12)
        differences += moment.replace(tzinfo=ours).isoformat() != moment.replace(tzinfo=native).isoformat()
print(differences, _zoneinfo.ZoneInfo.__module__, zoneinfo.ZoneInfo is _zoneinfo.ZoneInfo)

del sys.modules["zoneinfo"], sys.modules["zoneinfo._zoneinfo"]
sys.modules["_zoneinfo"] = None
import zoneinfo as pure

print(pure.ZoneInfo.__module__, pure.ZoneInfo("Europe/Berlin").utcoffset(datetime.datetime(2024, 7, 1)))
