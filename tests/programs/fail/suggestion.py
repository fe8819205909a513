# native: 3.12
"""A misspelt name gets a suggestion."""

total = 3
print(totl)
