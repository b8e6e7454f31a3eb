"""What arrived, added up; and what is kept of the origins that strangers send."""

import pytest

from services.collector.arrivals import origin_of
from shared.arrivals import Arrivals


def test_hours_add_up_and_the_last_view_is_the_latest_of_them() -> None:
    running = {
        b"accepted": b"5",
        b"dropped:bot": b"1",
        b"dropped:foreign-origin": b"4",
        b"refused:bad-article-id": b"2",
        b"origin:https://other.example:8443": b"4",
        b"last_ms": b"2000",
    }
    before = {b"accepted": b"7", b"dropped:bot": b"9", b"origin:http://[::1]:3000": b"6", b"last_ms": b"1000"}

    found = Arrivals.of([running, before])

    assert (found.accepted, found.last_ms) == (12, 2000)
    assert list(found.dropped.items()) == [("bot", 10), ("foreign-origin", 4)], "the largest first"
    assert found.refused == {"bad-article-id": 2}
    assert list(found.origins.items()) == [("http://[::1]:3000", 6), ("https://other.example:8443", 4)]


def test_hours_in_which_nothing_came_are_empty() -> None:
    assert Arrivals.of([{}, {}]) == Arrivals()


def test_a_field_of_a_later_release_is_left_alone() -> None:
    assert Arrivals.of([{b"accepted": b"1", b"weather": b"fine"}]).accepted == 1


ORIGINS = [
    (b"https://Other.Example", "https://other.example"),
    (b"https://other.example:8443", "https://other.example:8443"),
    (b"https://other.example/a/page?with=query#part", "https://other.example"),
    (b"http://localhost:3000", "http://localhost:3000"),
    (b"http://[2001:db8::1]:3000/", "http://[2001:db8::1]:3000"),
    (b"chrome-extension://abcdefgh", "chrome-extension://abcdefgh"),
    (b"https://" + b"h" * 112, "https://" + "h" * 112),
    (b"https://" + b"h" * 113, None),
    (b"https://" + b"h" * 9_000, None),
    (b"https://" + b"h" * 113 + b"/", None),
    (b"null", None),
    (b"", None),
    (b"//other.example", None),
    (b"https://", None),
    (b"https://user@other.example", None),
    (b"https://other.example:port", None),
    (b"https://\xc3\xb6ther.example", None),
    (b"https://other.example\n", None),
    (b"https://a <script>alert(1)</script>", None),
    (b"javascript:alert(1)", None),
]


@pytest.mark.parametrize(("page", "kept"), ORIGINS, ids=[str(page[:30]) for page, _ in ORIGINS])
def test_of_a_foreign_page_only_a_plain_origin_is_kept(page: bytes, kept: str | None) -> None:
    assert origin_of(page) == kept
