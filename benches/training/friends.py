"""Acquaintances: sets of names, their unions and differences, and connected groups."""


def run():
    starts, ends = ("an", "be", "ka", "lo", "mi", "ru"), ("a", "na", "ra", "to", "va")
    names = [start + end for start in starts for end in ends]
    knows = {name: set() for name in names}
    for number, name in enumerate(names):
        for step in (1, 4, 9, 16):
            other = names[(number * step + 3 * step) % len(names)]
            if other != name:
                knows[name].add(other)
                knows[other].add(name)
    suggestions = {}
    for _ in range(12):
        for name, friends in knows.items():
            near = set()
            for friend in friends:
                near |= knows[friend]
            near -= friends
            near.discard(name)
            shared = {other: len(friends & knows[other]) for other in near}
            suggestions[name] = max(shared, key=lambda other: (shared[other], other)) if shared else None
        left = min(knows[names[0]], default=None)
        if left is not None:
            knows[names[0]].remove(left)
            knows[left].discard(names[0])
    groups, todo = [], set(names)
    while todo:
        group, wave = set(), {min(todo)}
        while wave:
            group |= wave
            wave = {other for name in wave for other in knows[name]} - group
        groups.append(frozenset(group))
        todo -= group
    pairs = {frozenset((name, friend)) for name, friends in knows.items() for friend in friends}
    return len(groups), len(pairs), sorted((name, other) for name, other in suggestions.items() if other)[:4]
