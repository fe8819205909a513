"""The functions of the host: their names in the program, and the calls behind them."""
