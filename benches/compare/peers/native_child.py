"""The live interpreter of `native.py`: runs each line, a string of JSON, and answers with value and output."""

import contextlib
import io
import json
import sys

space: dict[str, object] = {"__name__": "__main__"}
for line in sys.stdin:
    code, value, printed, failed = json.loads(line), None, io.StringIO(), None
    try:
        with contextlib.redirect_stdout(printed):
            try:
                compiled = compile(code, "main", "eval")
            except SyntaxError:
                exec(compile(code, "main", "exec"), space)
            else:
                value = eval(compiled, space)
    except Exception as error:
        failed = repr(error)
    print(json.dumps({"value": repr(value), "stdout": printed.getvalue(), "failed": failed}), flush=True)
