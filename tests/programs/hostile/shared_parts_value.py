# expect: success
# timeout: 5
"""A last value whose parts are shared so often that it would be a billion of them when written out."""

big = [[1] * 10]
for _ in range(30):
    big = [big, big]
big
