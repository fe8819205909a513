# packages: pathspec
# works: yes
"""Patterns of ignored files."""

import pathspec

spec = pathspec.GitIgnoreSpec.from_lines(["*.log", "!keep.log", "/build/", "docs/**/tmp"])
for path in ("a.log", "keep.log", "build/x", "src/build/x", "docs/a/b/tmp"):
    print(path, spec.match_file(path))
