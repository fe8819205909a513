"""The science stack, imported."""

import matplotlib.pyplot
import numpy
import pandas

print(numpy.sum([1, 2]), pandas.Series([3]).sum(), matplotlib.pyplot.isinteractive())
