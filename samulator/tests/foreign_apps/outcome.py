"""What an action takes and what comes back of it at once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """An HTTP answer, the result of a function, or the ARN of an execution as `body`."""

    status: int = 200
    body: str = ""


def as_text(value: Any) -> str:
    """Texts as they are, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)
