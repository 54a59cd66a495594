"""What this process has seen of each user: a cache may not take it back in time."""

from collections import OrderedDict

# Some two megabytes. What was seen longest ago is forgotten first: the cache's TTL bounds that.
_MAX_KNOWN = 10_000
# No user is there: newer than any state that a cache may still hold.
_GONE = 1 << 63


class Revisions:
    """The newest revision that was read or written here, by the cache's name of an email."""

    def __init__(self, limit: int = _MAX_KNOWN) -> None:
        self._limit = limit
        self._known: OrderedDict[str, int] = OrderedDict()

    def is_old(self, name: str, revision: int) -> bool:
        """Whether a newer state than this one was seen."""
        return revision < self._known.get(name, 0)

    def raise_to(self, name: str, revision: int) -> None:
        """A write, or a state from the cache: the newer of two, however late it is told."""
        self._keep(name, max(revision, self._known.get(name, 0)))

    def set(self, name: str, revision: int | None) -> None:
        """What the truth says now; None: there is no such user."""
        self._keep(name, _GONE if revision is None else revision)

    def _keep(self, name: str, revision: int) -> None:
        self._known[name] = revision
        self._known.move_to_end(name)
        if len(self._known) > self._limit:
            self._known.popitem(last=False)
