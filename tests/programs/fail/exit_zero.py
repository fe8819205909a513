# native: yes
"""exit() in the middle is a success."""

print("half")
exit()
print("never")
