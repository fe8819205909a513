"""Heaps, tuples and default dicts: shortest ways through a random graph."""

import heapq
from collections import defaultdict
from random import Random


def shortest(graph, start):
    done, queue = {}, [(0, start)]
    while queue:
        far, node = heapq.heappop(queue)
        if node in done:
            continue
        done[node] = far
        for other, weight in graph[node]:
            if other not in done:
                heapq.heappush(queue, (far + weight, other))
    return done


def run():
    random = Random(5)
    graph = defaultdict(list)
    for _ in range(14_000):
        one, two, weight = random.randrange(2_500), random.randrange(2_500), random.randint(1, 90)
        graph[one].append((two, weight))
        graph[two].append((one, weight))
    return sum(sum(shortest(graph, start).values()) for start in range(4))
