"""What one query may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds until it is interrupted, memory of the engine in MB, rows of the answer."""

    seconds: float
    memory_mb: int
    rows: int
