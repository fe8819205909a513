# expect: success error memory_exceeded timeout
# timeout: 10
# memory: 128MiB
"""A billion laughs."""

import xml.etree.ElementTree as ET

entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol"}">' for n in range(12))
try:
    ET.fromstring(f"<!DOCTYPE x [{entities}]><x>&e11;</x>")
except ET.ParseError as error:
    print(error)
print("alive")
