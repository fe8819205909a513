"""JSON there and back: twenty thousand small objects."""

import json


def run():
    records = [{"id": i, "name": "name " + str(i), "scores": [i, i + 1], "ok": i % 2 == 0} for i in range(20_000)]
    text = json.dumps(records)
    return len(text), sum(record["id"] for record in json.loads(text))
