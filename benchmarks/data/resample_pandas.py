"""Resamples the columns in a file with pandas and prints, per rule, the median processor time and the sums by which the results are compared."""
import statistics
import sys
import time

import numpy as np
import pandas as pd

path, rows, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
columns = np.fromfile(path, dtype="<i8").reshape(6, rows)
frame = pd.DataFrame(
    {name: columns[at + 1] / 1e8 for at, name in enumerate(["open", "high", "low", "close", "volume"])},
    index=pd.DatetimeIndex(columns[0].astype("datetime64[us]").astype("datetime64[ns]")),
)
rules = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
print(f"pandas {pd.__version__} numpy {np.__version__}")
for rule in ["5min", "1H", "1D"]:
    seconds = []
    for _ in range(rounds):
        start = time.process_time()
        candles = frame.resample(rule).agg(rules)
        seconds.append(time.process_time() - start)
    sums = " ".join(repr(float(candles[name].sum())) for name in rules)
    print(f"{rule} {statistics.median(seconds)!r} {len(candles)} {sums}")
