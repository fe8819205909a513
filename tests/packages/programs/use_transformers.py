# /// script
# dependencies = ["transformers"]
# ///
"""A tokenizer is built from words."""

from transformers import AutoConfig, BertConfig

assert BertConfig(hidden_size=8).to_dict()["hidden_size"] == 8 and AutoConfig is not None
