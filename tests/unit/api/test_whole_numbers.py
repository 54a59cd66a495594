"""A number in a query string is digits, in every call alike."""

import pytest
from pydantic import BaseModel, ValidationError

from api.datasets.routes import ListQuery as DatasetsQuery
from api.users.list_routes import ListQuery, RolesQuery
from api.users.routes import SearchQuery

CALLS = [DatasetsQuery, ListQuery, RolesQuery, SearchQuery]


@pytest.mark.parametrize("text", ["1_0", "1.0", " 1", "1e1", "\u0663", ""])
@pytest.mark.parametrize("model", CALLS)
def test_what_is_no_digits_is_refused(model: type[BaseModel], text: str) -> None:
    with pytest.raises(ValidationError, match="must be a whole number, in digits"):
        model.model_validate({"q": "ada", "limit": text})


def test_digits_are_read_within_the_bounds_of_the_call() -> None:
    assert SearchQuery.model_validate({"q": "ada", "limit": "10", "offset": "0"}).limit == 10
    with pytest.raises(ValidationError, match="less than or equal to 100"):
        ListQuery.model_validate({"limit": "101"})
