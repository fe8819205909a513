# packages: tiktoken
# works: in part: the vocabularies of models are downloaded on their first use, and there is no network; custom ranks work
"""Text becomes tokens and text again, with a small custom vocabulary."""

import tiktoken

ranks = {bytes([value]): value for value in range(256)}
for merged in (b"th", b"the", b" the", b"in", b"ing"):
    ranks[merged] = len(ranks)
pattern = r"'(?i:[sdmt]|ll|ve|re)|\p{L}+| ?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+|\s+"
encoding = tiktoken.Encoding("small", pat_str=pattern, mergeable_ranks=ranks, special_tokens={"<|end|>": len(ranks)})
tokens = encoding.encode("the thing in things ü<|end|>", allowed_special="all")
print(tokens, encoding.decode(tokens), encoding.n_vocab)
print(encoding.encode_batch(["the", "in"]), encoding.decode_single_token_bytes(257), encoding.encode_ordinary("<|end|>")[:3])
print(tiktoken.encoding_name_for_model("gpt-4o"), len(tiktoken.list_encoding_names()) > 5)
try:
    tiktoken.get_encoding("cl100k_base")
except OSError as error:
    print("no network:", "network is disabled by policy" in str(error))
