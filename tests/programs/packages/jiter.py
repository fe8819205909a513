# packages: jiter
# works: yes
"""JSON is parsed: whole, truncated, with exact decimals."""

import jiter

print(jiter.from_json(b'{"a": [1, 2.5, null, true, "\\u00fc"], "big": 123456789012345678901234567890}'))
print(jiter.from_json(b'{"a": [1, 2, "thr', partial_mode=True))
print(jiter.from_json(b'{"a": [1, 2, "thr', partial_mode="trailing-strings"))
print(jiter.from_json(b"[0.1, 1e400]", float_mode="decimal"))
for bad in (b"[1, 2", b'{"a" 1}', b"[" * 300):
    try:
        jiter.from_json(bad)
    except ValueError as error:
        print(error)
