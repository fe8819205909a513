# /// script
# dependencies = ["jinja2"]
# ///
"""Templates with loops, filters, inheritance and escaping."""

from jinja2 import DictLoader, Environment, UndefinedError
from jinja2.sandbox import SandboxedEnvironment

pages = {"base": "<h1>{% block title %}{% endblock %}</h1>", "page": "{% extends 'base' %}{% block title %}{{ name }}{% endblock %}"}
environment = Environment(loader=DictLoader(pages), autoescape=True)
assert environment.get_template("page").render(name="<b>") == "<h1>&lt;b&gt;</h1>"
text = "{% for x in items|sort if x > 1 %}{{ loop.index }}:{{ x }} {% endfor %}"
assert SandboxedEnvironment().from_string(text).render(items=[3, 1, 2]) == "1:2 2:3 "
try:
    environment.from_string("{{ a.b.c }}").render()
    raise AssertionError("undefined")
except UndefinedError:
    pass
