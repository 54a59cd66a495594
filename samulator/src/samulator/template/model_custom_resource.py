"""What the functions of custom resources have answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What the function of a custom resource answered: what Ref gives, and what GetAtt."""

    physical_id: str
    data: Mapping[str, Any]


# By the logical ids of the custom resources.
Answers = Mapping[str, Answer]
