"""Dicts and sets that grow and shrink: the last thousand things seen, and pairs of them."""


def run():
    recent, places, state = {}, set(), 1
    hits = 0
    for _ in range(60_000):
        state = (state * 48_271) % 2_147_483_647
        key = (state % 61, state % 53)
        if key in recent:
            hits += 1
            recent[key] += 1
        else:
            recent[key] = 1
            if len(recent) > 1_000:
                del recent[next(iter(recent))]
        places.add(key[0] * 100 + key[1])
        if len(places) > 2_000:
            places -= set(list(places)[:500])
    common = {key[0] for key in recent} & {key[1] for key in recent}
    return hits, len(recent), sorted(common)[-1]
