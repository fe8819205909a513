"""A typical first use of numpy."""

import numpy as np

a = np.arange(12.0).reshape(3, 4)
repr(a)
str((a @ a.T).sum())
np.linalg.inv(np.eye(3) * 2.0)
np.random.default_rng(0).normal(size=3).mean()
a[a > 2].std()
