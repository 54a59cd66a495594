"""The pipeline everyone writes first. It reads, drops and fills as pandas guesses."""

import sys
from pathlib import Path

import pandas as pd

path, folder = Path(sys.argv[1]), Path(sys.argv[2])
frame = pd.read_csv(path)
frame = frame.drop_duplicates(subset="order_id")
frame["order_date"] = pd.to_datetime(frame["order_date"], errors="coerce")
frame["quantity"] = frame["quantity"].fillna(1)
frame = frame.dropna(subset=["order_date"])
frame.to_csv(folder / "processed_output.csv", index=False)
# Text left in a numeric column would fail in Parquet: the plain pipeline has no rule for it.
for name in ("quantity", "price"):
    frame[name] = pd.to_numeric(frame[name], errors="coerce")
frame.to_parquet(folder / "processed_output.parquet", index=False)
print(len(frame))
