"""What an editor is told when readings do not arrive."""

import pytest

from services.collector.admission import DropReason
from services.counter.budget import LIMITS
from services.query.newsroom.advice import DROPPED, NOTHING_CATALOGUED, REFUSED, UNCOUNTED, advise
from shared.arrivals import Arrivals
from shared.problem import Kind

NOW = 1_771_700_000.0
JUST_NOW = round(NOW * 1000) - 5_000


def arrived(**fields: object) -> Arrivals:
    """Return what arrived where views come in all the time."""
    return Arrivals(**{"accepted": 100, "last_ms": JUST_NOW, **fields})  # type: ignore[arg-type]


def test_nothing_is_said_while_all_is_well() -> None:
    assert advise(arrived(dropped={"bot": 30, "prefetch": 50, "own-traffic": 3, "opt-out": 5}), NOW) == []


def test_every_drop_reason_has_its_place_in_the_table() -> None:
    assert set(DROPPED) == {reason.value for reason in DropReason}


def test_every_refusal_spoken_of_is_one_that_can_happen() -> None:
    assert set(REFUSED) <= {kind.slug for kind in Kind}


def test_every_limit_at_commit_has_its_place_in_the_table() -> None:
    assert set(UNCOUNTED) == set(LIMITS)


@pytest.mark.parametrize("limit", LIMITS)
def test_what_a_limit_kept_from_counting_is_told_from_the_first_view_on(limit: str) -> None:
    [sentence] = advise(arrived(uncounted={limit: 1}), NOW)

    assert sentence.startswith("1 reading named articles that nobody had read before")
    assert limit.replace("-", "_") in sentence


def test_a_foreign_origin_is_named_with_the_flag_that_lets_it_in() -> None:
    found = advise(
        arrived(dropped={"foreign-origin": 412}, origins={"https://other.example": 412}),
        NOW,
    )

    assert found == [
        "412 readings came from pages of https://other.example. If they are yours, start with "
        "--origin https://other.example."
    ]


def test_of_many_foreign_origins_the_largest_five_are_named() -> None:
    origins = {f"https://{n}.example": 100 - n for n in range(20)}

    found = advise(arrived(dropped={"foreign-origin": 5_000}, origins=origins), NOW)

    assert [sentence.rpartition(" ")[2] for sentence in found] == [f"https://{n}.example." for n in range(5)]


def test_an_origin_that_cannot_be_let_in_is_not_suggested() -> None:
    found = advise(
        arrived(dropped={"foreign-origin": 3}, origins={"chrome-extension://abcdefgh": 3}),
        NOW,
    )

    assert found == []


def test_pages_that_do_not_say_whose_they_are_are_explained() -> None:
    [sentence] = advise(arrived(dropped={"foreign-origin": 1}), NOW)

    assert sentence.startswith("1 reading came from pages that do not say whose they are")


@pytest.mark.parametrize("kind", REFUSED)
def test_a_refusal_says_how_many_readings_and_what_to_look_at(kind: str) -> None:
    [sentence] = advise(arrived(refused={kind: 1_234}), NOW)

    assert sentence.startswith("1,234 readings ")
    assert sentence.endswith(".")
    assert "{" not in sentence


@pytest.mark.parametrize(
    ("reason", "usual", "suspicious"),
    [
        ("bot", 99, 100),
        ("own-traffic", 99, 100),
        ("opt-out", 24, 25),
        ("no-token", 5, 6),
        ("wrong-token", 5, 6),
    ],
)
def test_a_share_is_spoken_of_once_it_is_more_than_usual(reason: str, usual: int, suspicious: int) -> None:
    assert advise(arrived(dropped={reason: usual}), NOW) == []
    [sentence] = advise(arrived(dropped={reason: suspicious}), NOW)

    assert sentence.startswith(f"{suspicious} readings ")


def test_the_share_of_a_handful_of_readings_says_nothing() -> None:
    assert advise(arrived(accepted=1, dropped={"bot": 18}), NOW) == []
    assert len(advise(arrived(accepted=1, dropped={"bot": 19}), NOW)) == 1


@pytest.mark.parametrize(("seconds", "said"), [(3_600, None), (3_700, "1 hour ago"), (20_000, "6 hours ago")])
def test_an_hour_without_a_view_is_spoken_of(seconds: float, said: str | None) -> None:
    found = advise(arrived(accepted=0, last_ms=round((NOW - seconds) * 1000)), NOW)

    if said is None:
        assert found == []
    else:
        [sentence] = found
        assert said in sentence
        assert "snippet" in sentence


def test_views_of_a_site_without_a_catalogue_are_explained() -> None:
    assert advise(arrived(), NOW, catalogued=False) == [NOTHING_CATALOGUED]
    assert NOTHING_CATALOGUED not in advise(Arrivals(), NOW, catalogued=False)


def test_what_is_most_urgent_comes_first() -> None:
    found = advise(
        Arrivals(
            dropped={"foreign-origin": 40, "bot": 60},
            refused={"bad-article-id": 1, "unavailable": 1},
            origins={"https://other.example": 40},
        ),
        NOW,
    )

    assert [sentence.split()[0:4] for sentence in found] == [
        ["No", "view", "has", "arrived"],
        ["1", "reading", "could", "not"],
        ["1", "reading", "named", "something"],
        ["40", "readings", "came", "from"],
        ["60", "readings", "were", "made"],
    ]
