"""The project with a local.toml by which everybody needs a token, as on AWS."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def strict_root(folder: Path, **variables: str) -> Path:
    """Links to the project in `folder`; `variables` replace those of its functions."""
    # It has the other stacks' layers through a link, and builds none of its own.
    (ROOT / ".samulator").mkdir(exist_ok=True)
    for entry in ROOT.iterdir():
        if entry.name != "local.toml":
            (folder / entry.name).symlink_to(entry)
    usual = (ROOT / "local.toml").read_text()
    strict = usual.replace('tokens = "optional"', 'tokens = "required"')
    wanted = {"AUTH_REQUIRED": "true", **variables}
    environment = tomllib.loads(usual)["environment"]
    for name, value in wanted.items():
        strict = strict.replace(f'{name} = "{environment[name]}"', f'{name} = "{value}"')
    said = tomllib.loads(strict)
    assert said["environment"] == {**environment, **wanted}
    assert said["authorizers"]["tokens"] == "required"
    (folder / "local.toml").write_text(strict)
    return folder
