# /// script
# dependencies = ["tiktoken"]
#
# [tool.terrarium]
# note = "vocabularies of models are downloaded at first use, and there is no network; other vocabularies work"
# ///
"""Text becomes tokens and text again, with a small vocabulary."""

import tiktoken

ranks = {bytes([n]): n for n in range(256)} | {b"he": 256, b"ll": 257, b"hell": 258}
encoding = tiktoken.Encoding("small", pat_str=r"\w+|\W", mergeable_ranks=ranks, special_tokens={"<end>": 300})
assert encoding.encode("hello") == [258, 111] and encoding.decode([258, 111]) == "hello"
assert encoding.encode("a<end>", allowed_special="all") == [97, 300] and encoding.n_vocab == 301
