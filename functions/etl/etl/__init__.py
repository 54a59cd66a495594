"""The sales ETL: cleans a CSV file and says what it dropped and why."""

import os

# numpy's import starts a thread per core for matrix products; it spins, and nothing here uses it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
