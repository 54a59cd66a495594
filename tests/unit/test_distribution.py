"""Which tests share a process when several run."""

import ast
from pathlib import Path

from tests.distribution import STACK, rank, unit_of

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("unit", "integration", "parity")
    for path in (ROOT / "tests" / folder).rglob("test_*.py")
)


def asks_for_the_stack(module: str) -> bool:
    functions = [
        node
        for node in ast.walk(ast.parse((ROOT / module).read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    ]
    fixtures = {
        name
        for function in functions
        if function.name.startswith("test_") or function.decorator_list
        for name in asked_for_by(function)
    }
    # One of that name of the module's own is no running one.
    return "stack" in fixtures - {function.name for function in functions}


def asked_for_by(function: ast.FunctionDef) -> set[object]:
    """Its arguments but for those that a decorator names: they are given by parametrize."""
    given = {
        node.value
        for decorator in function.decorator_list
        for node in ast.walk(decorator)
        if isinstance(node, ast.Constant)
    }
    return {argument.arg for argument in function.args.args} - given


def test_modules_on_the_shared_stack_run_where_it_runs() -> None:
    on_the_stack = [*filter(asks_for_the_stack, MODULES)]
    assert len(on_the_stack) > 5
    assert [module for module in on_the_stack if unit_of(f"{module}::test_a") != STACK] == []


def test_other_modules_are_units_of_their_own() -> None:
    module = "samulator/tests/unit/test_state.py"
    assert unit_of(f"{module}::test_a[x::y]") == unit_of(f"{module}::test_b") == module


def test_what_takes_longest_is_begun_first_and_what_is_short_last() -> None:
    tests = [
        "samulator/tests/unit/test_state.py::test_a",
        "tests/integration/api/test_model.py::test_a",
        "tests/unit/etl/test_glue.py::test_a",
        "tests/parity/test_parity.py::test_a",
    ]
    assert [*map(rank, tests)] == [2, 1, 2, 0]
