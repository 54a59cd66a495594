"""The pictures of the README load quickly and can be read by those who do not see them."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text()
PICTURES = sorted((ROOT / "docs" / "images").iterdir())
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_a_picture_is_shown_with_its_description_and_is_small(picture: Path) -> None:
    (description,) = re.findall(rf"!\[([^]]+)\]\({picture.relative_to(ROOT)}\)", README)
    assert len(description) > 40
    assert picture.stat().st_size < 150_000


@pytest.mark.parametrize("name", ["architecture", "deployment"])
def test_a_drawing_has_title_description_and_dark_colours(name: str) -> None:
    text = (ROOT / f"docs/images/{name}.svg").read_text()
    picture = ElementTree.fromstring(text)
    named = [picture.find(f"{SVG}{part}") for part in ("title", "desc")]
    assert all(part is not None and part.text for part in named)
    ids = [part.get("id") for part in named if part is not None]
    assert picture.get("aria-labelledby") == " ".join(filter(None, ids))
    assert "prefers-color-scheme: dark" in text


def test_the_picture_of_a_deployment_names_functions_that_exist() -> None:
    template = (ROOT / "template.yaml").read_text()
    text = (ROOT / "docs/images/deployment.svg").read_text()
    for name in set(re.findall(r"\w+Function\b", text)):
        assert f"\n  {name}:\n" in template, name


def test_the_picture_of_the_architecture_names_functions_that_exist() -> None:
    template = (ROOT / "template.yaml").read_text()
    text = (ROOT / "docs/images/architecture.svg").read_text()
    functions = set(re.findall(r"\w+Function\b", text))
    assert functions == {"UsersApiFunction", "SearchSyncFunction", "SalesEtlFunction"}
    assert all(f"\n  {name}:\n" in template for name in functions)
