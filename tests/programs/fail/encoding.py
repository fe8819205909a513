# native: yes
"""A lone surrogate cannot be printed: a Python error, and the output before it is whole."""

print("Hello 世界! 🌍")
print("\ud800")
