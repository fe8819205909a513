# /// script
# dependencies = ["prompt-toolkit"]
# ///
"""A line is edited, completed and shown, on pipes."""

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, WordCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

with create_pipe_input() as keys:
    keys.send_text("helo\x02l\n")
    assert PromptSession(input=keys, output=DummyOutput()).prompt() == "hello"
found = WordCompleter(["apple", "apply", "banana"]).get_completions(Document("app"), CompleteEvent())
assert [completion.text for completion in found] == ["apple", "apply"]
