"""The quick start of the README."""

from pathlib import Path

# START
import terrarium

sandbox = terrarium.Sandbox(timeout=5)
result = sandbox.execute("sum(int(line) for line in open('numbers.txt'))", files={"numbers.txt": "1\n2\n39\n"})
assert result.final_expression == 42
# END

Path("numbers.txt").write_text("40\n2\n")
result = sandbox.execute(
    "open('twice.txt', 'w').write(open('numbers.txt').read() * 2)", files={"numbers.txt": Path("numbers.txt")}
)
assert result.output_files == {"twice.txt": b"40\n2\n40\n2\n"}
