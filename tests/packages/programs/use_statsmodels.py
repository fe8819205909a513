# /// script
# dependencies = ["statsmodels"]
# ///
"""A linear model with its summary."""

import numpy as np
import statsmodels.api as sm

x = np.arange(20.0)
fitted = sm.OLS(2 * x + 1, sm.add_constant(x)).fit()
assert np.allclose(fitted.params, [1, 2]) and "R-squared" in str(fitted.summary())
