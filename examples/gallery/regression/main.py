"""Linear regression with numpy: prices of houses by area, age and rooms, with errors and a picture of the fit."""

import matplotlib.pyplot as plt
import numpy as np

data = np.genfromtxt("houses.csv", delimiter=",", names=True)
names = ["area", "age", "rooms"]
x = np.column_stack([np.ones(len(data)), *(data[name] for name in names)])
y = data["price"]

weights, _, rank, _ = np.linalg.lstsq(x, y)
residuals = y - x @ weights
variance = residuals @ residuals / (len(y) - rank)
errors = np.sqrt(variance * np.diag(np.linalg.inv(x.T @ x)))
for name, weight, error in zip(["constant", *names], weights, errors):
    print(f"{name:9} {weight:9.3f} +- {error:.3f}")
print(f"R squared {1 - (residuals @ residuals) / ((y - y.mean()) ** 2).sum():.4f}, {len(y)} houses")

plt.scatter(x @ weights, y, s=12, label="houses")
plt.plot([y.min(), y.max()], [y.min(), y.max()], "r--", label="as predicted")
plt.xlabel("predicted price")
plt.ylabel("price")
plt.legend()
plt.show()
