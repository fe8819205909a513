# /// script
# dependencies = ["networkx"]
# ///
"""Graphs with shortest paths, components, centrality and flows."""

import networkx as nx

graph = nx.Graph()
graph.add_weighted_edges_from([("a", "b", 1), ("b", "c", 2), ("a", "c", 5), ("d", "e", 1)])
assert nx.shortest_path(graph, "a", "c", weight="weight") == ["a", "b", "c"]
assert nx.number_connected_components(graph) == 2 and nx.is_bipartite(nx.path_graph(4))
assert nx.degree_centrality(graph)["b"] == 0.5 and len(list(nx.minimum_spanning_edges(graph))) == 3
flow = nx.DiGraph()
flow.add_edge("s", "t", capacity=3)
assert nx.maximum_flow_value(flow, "s", "t") == 3
assert list(nx.topological_sort(nx.DiGraph([(1, 2), (2, 3)]))) == [1, 2, 3]
