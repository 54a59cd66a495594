"""Several keys may name one place of outputs; who opens it is told whose it is now."""

from collections.abc import Iterator

from datasets.names import SUFFIXES, source_stem


def notices(asked: str, source_key: str, replaced_key: str | None) -> Iterator[dict[str, str]]:
    """What to know of a report that was asked for by a name; nothing where it is that file's own.

    `another_source`: the name means another file. `replaced`: another file was there before.

    >>> [notice["code"] for notice in notices("col/raw", "col.csv", "col/raw.csv")]
    ['another_source', 'replaced']
    >>> list(notices("col", "col.csv", None)), list(notices("col.csv", "col.csv", None))
    ([], [])
    """
    is_key = asked.lower().endswith(SUFFIXES)
    is_own = asked == source_key if is_key else source_stem(asked) == source_stem(source_key)
    if not is_own:
        yield {
            "code": "another_source",
            "message": f"This is {source_key}, whose outputs have the place that those of {asked} "
            "have: the file that came last takes it.",
        }
    if replaced_key:
        yield {
            "code": "replaced",
            "message": f"{source_key} took the place of {replaced_key}, whose outputs have the "
            "same keys. To keep both, rename one of them.",
        }
