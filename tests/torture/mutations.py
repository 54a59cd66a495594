"""Builds that break one promise each, and the tests that must notice.

A mutation is text of a source file and what is put in its place. It is made to a copy of the tree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class NoLongerApplies(Exception):
    """The text that a mutation changes is not in its file, or is there more than once."""


@dataclass(frozen=True)
class Edit:
    """`file` is relative to the project; `old` stands in it exactly once."""

    file: str
    old: str
    new: str

    def apply(self, tree: Path) -> None:
        """Raises NoLongerApplies."""
        path = tree / self.file
        text = path.read_text()
        if (found := text.count(self.old)) != 1:
            raise NoLongerApplies(
                f"{self.file}: {found} times instead of once there is:\n{self.old}\n"
                "Write the mutation in tests/torture/mutations.py for the code as it is now."
            )
        path.write_text(text.replace(self.old, self.new))


@dataclass(frozen=True)
class Mutation:
    """`name` says what the build does wrong; each of `caught_by` is a test that must fail then."""

    name: str
    edits: Sequence[Edit]
    caught_by: Sequence[str]

    def apply(self, tree: Path) -> None:
        """Raises NoLongerApplies."""
        for edit in self.edits:
            edit.apply(tree)

    def revert(self, tree: Path, origin: Path) -> None:
        for edit in self.edits:
            (tree / edit.file).write_text((origin / edit.file).read_text())


_API = "tests/integration/api"
_PUBLISHING = "tests/unit/etl/test_publishing.py"

MUTATIONS = (
    Mutation(
        "a change leaves no row in the outbox",
        [
            Edit(
                "functions/api/api/users/postgres.py",
                "    FROM written\n)\n",
                "    FROM written WHERE false\n)\n",
            )
        ],
        [
            f"{_API}/test_search_sync.py::test_writes_made_while_the_index_was_away_are_found_after"
            "_the_next_run"
        ],
    ),
    Mutation(
        "the cache keeps what came last instead of what is newest",
        [
            Edit(
                "functions/api/api/users/cache.py",
                "> tonumber(ARGV[1]) then return 0 end",
                "> tonumber(ARGV[1]) then known = nil end",
            )
        ],
        [f"{_API}/test_concurrency.py::test_slow_reader_never_puts_back_what_a_write_replaced"],
    ),
    Mutation(
        "a run of the ETL writes its files without looking whether the claim is still its own",
        [
            Edit(
                "functions/etl/etl/s3/processed.py",
                "        if self._etag(self.prefix + REPORT) != report_etag:\n",
                "        if False:\n",
            )
        ],
        [f"{_PUBLISHING}::test_run_overtaken_between_two_writes_leaves_the_newer_output_whole"],
    ),
    Mutation(
        "a connection is kept after an error that nobody expected",
        [
            Edit(
                "functions/api/api/database/connection.py",
                """\
            # The driver may be one reply behind: whoever asked next would get our rows.
            self._discard()
""",
                """\
            # The driver may be one reply behind: whoever asked next would get our rows.
""",
            )
        ],
        [f"{_API}/test_poison.py::test_driver_that_lost_its_step_is_dropped"],
    ),
    Mutation(
        "the index takes any state of a user, an older one too",
        [
            Edit(
                "functions/api/api/users/search/index.py",
                '        parameters = {"version": str(revision), "version_type": "external"}\n',
                "        parameters: dict[str, str] = {}\n",
            ),
            Edit(
                "functions/api/api/users/search/bulk.py",
                """\
            "version": stored.revision if stored else revision,
            "version_type": "external",
""",
                "",
            ),
        ],
        [
            f"{_API}/test_index_versions.py::test_write_that_comes_late_replaces_no_newer_state",
            f"{_API}/test_index_versions.py::test_batch_that_comes_late_replaces_no_newer_state",
        ],
    ),
    Mutation(
        "the report is there before its files",
        [
            Edit(
                "functions/etl/etl/publication/publish.py",
                "        report = report.amended("
                "outputs=_upload(target, finished, report, right.etag))\n",
                """\
        digests = {
            name: Output(key=target.prefix + name, bytes=file.size, sha256=file.sha256)
            for name, file in finished.files.items()
        }
        early = target.conclude(report.amended(outputs=digests), right.etag)
        report = report.amended(outputs=_upload(target, finished, report, early.etag or ""))
""",
            ),
            Edit(
                "functions/etl/etl/publication/publish.py",
                "        concluded = target.conclude(report, right.etag)\n",
                '        concluded = target.conclude(report, early.etag or "")\n',
            ),
        ],
        [
            f"{_PUBLISHING}::test_run_cut_at_any_call_to_s3_leaves_no_half_output_and_a_retry_"
            "completes_it"
        ],
    ),
)
