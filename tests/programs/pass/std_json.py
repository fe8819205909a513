# native: yes
"""json: round trips, options, encoders, decoders and errors."""

import datetime
import decimal
import io
import json

data = {"text": "é🌍\n", "n": [1, 2.5, -0.0, 1e100, True, None], "nested": {"a": {"b": []}}, "1": {}}
text = json.dumps(data)
print(text, json.loads(text) == data)
print(json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True))
print(json.dumps([1, {"a": 2}], separators=(",", ":")), json.dumps(float("nan")), json.loads("[NaN, -Infinity]"))


class Encoder(json.JSONEncoder):
    def default(self, o):
        return o.isoformat() if isinstance(o, datetime.date) else super().default(o)


print(json.dumps({"d": datetime.date(2026, 1, 2)}, cls=Encoder))
print(json.loads('{"a": 1.10}', parse_float=decimal.Decimal), json.loads('{"a": 1}', object_pairs_hook=list))
for bad in ("{", '{"a" 1}', "[1 x]", "nul"):
    try:
        json.loads(bad)
    except json.JSONDecodeError as error:
        print(error.pos, error.lineno, error.colno)
try:
    json.dumps({1, 2})
except TypeError as error:
    print(error)
buffer = io.StringIO()
json.dump(data, buffer)
buffer.seek(0)
print(json.load(buffer) == data, len(json.dumps(list(range(10000)))))
