"""Feed the standard input, and receive the output while the code runs."""

import terrarium

received: list[bytes] = []
code = """
a, b = int(input()), int(input())
for step in range(3):
    print('step', step)
print(a * b)
"""
result = terrarium.Sandbox().execute(code, stdin="6\n7\n", on_stdout=received.append)
assert result.stdout == "step 0\nstep 1\nstep 2\n42\n"
assert b"".join(received).decode() == result.stdout
