# native: yes
"""An indentation error has its line."""

if True:
print("never")
