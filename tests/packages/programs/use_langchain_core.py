# /// script
# dependencies = ["langchain-core"]
# ///
"""Prompts, parsers and chains of functions."""

from langchain_core.messages import HumanMessage
from langchain_core.output_parsers import JsonOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda

prompt = ChatPromptTemplate.from_messages([("human", "say {word}")])
assert prompt.invoke({"word": "hi"}).messages == [HumanMessage("say hi")]
chain = RunnableLambda(lambda text: text.upper()) | RunnableLambda(len)
assert chain.invoke("abc") == 3 and JsonOutputParser().parse('```json\n{"a": 1}\n```') == {"a": 1}
