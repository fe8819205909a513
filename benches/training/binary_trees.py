"""Many small objects that live and die: trees of tuples and of nodes, and a search tree with deletions."""


class Node:
    __slots__ = ("key", "left", "right")

    def __init__(self, key):
        self.key = key
        self.left = self.right = None


def insert(root, key):
    if root is None:
        return Node(key)
    node = root
    while True:
        if key == node.key:
            return root
        side = "left" if key < node.key else "right"
        child = getattr(node, side)
        if child is None:
            setattr(node, side, Node(key))
            return root
        node = child


def depth(node):
    return 0 if node is None else 1 + max(depth(node.left), depth(node.right))


def bottom_up(levels):
    return (bottom_up(levels - 1), bottom_up(levels - 1)) if levels else (None, None)


def count(tree):
    return 1 if tree[0] is None else 1 + count(tree[0]) + count(tree[1])


def run():
    root, key = None, 1
    for _ in range(25_000):
        key = key * 16_807 % 2_147_483_647
        root = insert(root, key % 50_000)
    return depth(root), sum(count(bottom_up(11)) for _ in range(120))
