"""The files that say what other people's applications are to do can all be carried out."""

import pytest

from foreign_apps.actions import ACTIONS
from foreign_apps.application import ForeignApp, read_applications
from foreign_apps.sights import SIGHTS


@pytest.mark.parametrize("app", read_applications(), ids=lambda app: app.name)
def test_every_step_of_an_application_is_known_and_something_is_seen_of_it(app: ForeignApp):
    assert all(step.action in ACTIONS for step in app.steps)
    sights = [sight for step in app.steps for sight in step.sees]
    assert sights
    assert all(any(name in sight for name in SIGHTS) for sight in sights)


def test_an_unknown_name_is_said():
    with pytest.raises(ValueError, match=r"no file in .* has 'nobody' in its name"):
        read_applications("nobody")
