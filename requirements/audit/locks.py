"""The lock files, and who depends on them."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
LAYERS = sorted(ROOT.glob("layers/*/requirements.txt"))
FUNCTIONS = sorted(ROOT.glob("functions/*/requirements.txt"))
EMULATOR = sorted((ROOT / "samulator").glob("requirements.txt")) + sorted(
    (ROOT / "samulator" / "src").rglob("runtime.txt")
)
TOOLS = sorted((ROOT / "requirements").glob("*.txt"))
EVERY_LOCK = [*LAYERS, *FUNCTIONS, *EMULATOR, *TOOLS]
# What runs on AWS and on a user's machine; tools of this repository's own tests are left out.
SHIPPED = [*LAYERS, *FUNCTIONS, *EMULATOR]


class Unanswered(Exception):
    """Whoever knows could not be asked."""
