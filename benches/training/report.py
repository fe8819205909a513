"""Text for people: formats of all kinds, wrapped, dedented, filled into templates, encoded and decoded."""

import string
import textwrap

LETTER = string.Template("Dear $name,\n$text\nThe sum is $sum.")


def run():
    length = 0
    for i in range(1_200):
        name = "Ms. Ångström" if i % 3 else "Herr Müßig"
        line = "{:<12}|{:^9}|{:>+10.2f}|{:08b}|{:x}|{!r:.9}".format(name, i, i / 3, i % 256, i * 97, name)
        old = "%-10s %5d %8.3e %s" % (name, i, i * 1.5, [i, None])
        text = textwrap.fill(f"{line} {old} " * 2, width=48)
        letter = LETTER.substitute(name=name, text=textwrap.indent(text, "  "), sum=f"{i * 12_345:,}")
        again = letter.encode("utf-8").decode("utf-8").encode("utf-16").decode("utf-16")
        length += len(again.casefold().title().strip().translate({32: "_", 46: None}).partition("|")[2])
        length += again.startswith("Dear Ms") + again.count("\n") + again.find("sum") + len(again.splitlines())
    return length
