"""What a process has seen of a user is not taken back."""

from api.users.revisions import Revisions


def test_older_state_than_was_seen_is_old_in_whatever_order_it_was_told() -> None:
    seen = Revisions()
    for revision in (5, 7, 6):
        seen.raise_to("ada", revision)
    assert [seen.is_old("ada", revision) for revision in (6, 7, 8)] == [True, False, False]
    assert not seen.is_old("bob", 1)


def test_user_who_was_found_gone_is_in_no_cache_until_the_truth_has_another() -> None:
    seen = Revisions()
    seen.set("ada", None)
    seen.raise_to("ada", 9)
    assert seen.is_old("ada", 10**12)
    seen.set("ada", 9)
    assert not seen.is_old("ada", 9)


def test_what_was_seen_longest_ago_is_forgotten_first() -> None:
    seen = Revisions(limit=2)
    for name in ("ada", "bob", "ada", "eve"):
        seen.raise_to(name, 5)
    assert [seen.is_old(name, 1) for name in ("ada", "bob", "eve")] == [True, False, True]
