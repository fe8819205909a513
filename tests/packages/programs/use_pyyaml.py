# /// script
# dependencies = ["pyyaml"]
# ///
"""Documents are read and written, with anchors, types and the loader of C."""

import datetime

import yaml

text = "base: &b {a: 1}\nitem:\n  <<: *b\n  when: 2026-01-05\n  list: [1, 2.5, null, true]\n"
data = yaml.safe_load(text)
assert data["item"] == {"a": 1, "when": datetime.date(2026, 1, 5), "list": [1, 2.5, None, True]}
assert yaml.safe_load(yaml.safe_dump(data)) == data
assert list(yaml.safe_load_all("--- 1\n--- two\n")) == [1, "two"]
if yaml.__with_libyaml__:
    assert yaml.load(text, Loader=yaml.CSafeLoader) == data
