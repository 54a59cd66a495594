"""Lambda refuses a function that is too big together with its layers."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
UNZIPPED_LIMIT = 262_144_000  # bytes, Lambda quota "deployment package size, unzipped"
ETL_LAYER_LIMIT = 200_000_000


def size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("function", "layer"),
    [
        ("api", "ApiDependenciesLayer"),
        ("etl", "DataDependenciesLayer"),
        ("datasets", "DatasetsDependenciesLayer"),
    ],
)
def test_function_with_its_layer_fits_lambda(layers, function, layer):
    assert size(ROOT / "functions" / function) + size(layers[layer]) < UNZIPPED_LIMIT


def test_etl_layer_leaves_room_for_growth(layers):
    assert size(layers["DataDependenciesLayer"]) < ETL_LAYER_LIMIT


def test_layer_carries_no_tests_caches_of_other_pythons_or_command_scripts(layers):
    for layer in layers.values():
        assert not (layer / "bin").exists()
        assert not list(layer.rglob("tests"))
        tags = {path.name.split(".")[-2] for path in layer.rglob("*.pyc")}
        assert len(tags) == 1
