"""Labels are made of names and numbers: cut, joined, padded, replaced, counted."""


def slug(text):
    out = []
    for character in text.strip().lower():
        if character.isalnum():
            out.append(character)
        elif out and out[-1] != "-":
            out.append("-")
    return "".join(out).strip("-")


def run():
    words = [
        "Oak table, round",
        "Pine shelf (wide)",
        "Steel lamp no 7",
        "Glass jar, 2 l",
        "Wool rug -- grey",
        "Tin box",
    ]
    lines, seen = [], {}
    for number in range(900):
        word = words[number % len(words)]
        name = slug(word + " " + str(number % 37))
        seen[name] = seen.get(name, 0) + 1
        head, _, tail = name.partition("-")
        line = f"{number:05d} {head.upper():<8}|{tail.replace('-', ' ').title():>24}|{number * 1.25:9.2f}"
        share = "{:d}%".format(number % 100)  # noqa: UP032 (people write it so)
        lines.append(line.rstrip("0") if number % 3 else line + share)
    text = "\n".join(lines)
    upper = sum(1 for character in text if character.isupper())
    fields = [line.split("|") for line in text.splitlines()]
    widest = max(len(field[1].strip()) for field in fields)
    short = "; ".join(field[0][-4:] + field[2].strip() for field in fields[::50])
    return len(text), upper, widest, short.count("8"), text.find("GLASS"), text.encode().hex()[:20]
