# /// script
# dependencies = ["orjson"]
# ///
"""JSON is written and read, with dates and options."""

import dataclasses
import datetime

import orjson


@dataclasses.dataclass
class Item:
    day: datetime.date


assert orjson.dumps({"b": 1, "a": Item(datetime.date(2026, 1, 5))}, option=orjson.OPT_SORT_KEYS) == b'{"a":{"day":"2026-01-05"},"b":1}'
assert orjson.loads(b'[1, 2.5, "x"]') == [1, 2.5, "x"]
