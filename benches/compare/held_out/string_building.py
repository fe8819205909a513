"""Strings made piece by piece: a table as text, padded and joined, and a cipher by characters."""


def run():
    rows = []
    for i in range(12_000):
        cells = [f"{i:>6}", f"{i / 7:.3f}".rjust(12), ("x" * (i % 20)).ljust(20, "."), format(i * i, ",")]
        rows.append(" | ".join(cells))
    text = "\n".join(rows)
    turned = []
    for character in text[:150_000]:
        code = ord(character)
        turned.append(chr((code - 48 + 5) % 10 + 48) if 48 <= code < 58 else character)
    return len(text), "".join(turned).count("7")
