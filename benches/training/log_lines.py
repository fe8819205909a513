"""Regular expressions of several kinds over the lines of a log."""

import re

LINE = re.compile(
    r'^(\d+\.\d+\.\d+\.\d+) \[(?P<day>\d{2})/(?P<month>\w{3})\] "(GET|POST) (?P<path>[^"?]*)(\?[^"]*)?" (\d+)$'
)
BLANK = re.compile(r"[\s,;]+")


def run():
    sizes, faults, changed = {}, 0, 0
    for i in range(18_000):
        query = f"?page={i}" if i % 3 else ""
        line = f'10.0.{i % 256}.7 [{i % 28 + 1:02}/Jan] "{"GET" if i % 5 else "POST"} /a/{i % 40}/b{query}" {i * 3}'
        if i % 11 == 0:
            line = line.replace('"', "'")
        match = LINE.match(line)
        if match is None:
            faults += 1
            continue
        path = re.sub(r"\d+", lambda found: str(int(found.group()) % 10), match["path"])
        sizes[path] = sizes.get(path, 0) + int(match.group(7))
        changed += len(BLANK.split(line)) + bool(re.search(r"(?i)(?<=PAGE=)\d*9\b", line))
        changed += re.fullmatch(r"(?:a|ab)*c?", "abaab" * (i % 4)) is not None
    return len(sizes), sum(sizes.values()), faults, changed
