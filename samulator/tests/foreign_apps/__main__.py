"""`python -m foreign_apps`: proves that other people's applications run, or counts how many would.

    PYTHONPATH=samulator/tests python -m foreign_apps --clones FOLDER [--only NAME] [--kept FOLDER]
    PYTHONPATH=samulator/tests python -m foreign_apps --count FOLDER [--list FILE]

No application is part of this repository: FOLDER holds clones of theirs, each in a folder
`owner+name`, and `sam-init/<runtime>/<template>` as `sam init` renders its templates.
"""

import argparse
import sys
from pathlib import Path

from foreign_apps.application import read_applications
from foreign_apps.prove import prove, table


def main() -> int:
    parser = argparse.ArgumentParser(prog="foreign_apps")
    parser.add_argument("--clones", type=Path, help="the folder of the clones")
    parser.add_argument("--only", default="", help="those with this in their name")
    parser.add_argument("--kept", type=Path, help="where copies and their packages are kept")
    parser.add_argument("--count", type=Path, help="count the templates below this folder instead")
    parser.add_argument("--list", type=Path, help="a file that names the templates, one a line")
    chosen = parser.parse_args()
    if chosen.count:
        from foreign_apps.count import count

        print(count(chosen.count, chosen.list))
        return 0
    if not chosen.clones:
        parser.error("--clones or --count is needed")
    proofs = []
    for app in read_applications(chosen.only):
        proofs.append(prove(app, chosen.clones.resolve(), chosen.kept and chosen.kept.resolve()))
        last = proofs[-1]
        verdict = f"FAILED {last.failed}" if last.failed else "ok"
        print(f"{app.name:<40}{last.seconds:6.1f} s  {verdict}", file=sys.stderr, flush=True)
    print(table(proofs))
    failed = sum(1 for proof in proofs if proof.failed)
    print(f"\n{len(proofs) - failed} of {len(proofs)} run.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
