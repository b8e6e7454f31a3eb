"""What a query string may say."""

from datetime import UTC, datetime

import pytest

from services.query.parameters import age_of, ids_of, limit_of, moment_of
from shared.http import Request
from shared.problem import Kind, Problem


def asked(query: str) -> Request:
    """Return a request with a query string."""

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    return Request({"query_string": query.encode(), "headers": []}, receive)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("ids=a,b,c", ["a", "b", "c"]),
        ("ids=a%2Cb%2Cc", ["a", "b", "c"]),  # as URLSearchParams writes a list
        ("ids=with%20space,b", ["with space", "b"]),
        ("ids=one%2Ctwo,b", ["one,two", "b"]),
        ("ids=one%252Ctwo", ["one%2Ctwo"]),
        ("site=x&ids=%2Fworld%2Fa", ["/world/a"]),
        ("ids=", []),
        ("site=x", []),
    ],
)
def test_ids_are_separated_by_commas_and_encoded_one_by_one(query: str, ids: list[str]) -> None:
    assert ids_of(asked(query), "ids") == ids


def test_two_hundred_ids_are_taken_and_one_more_is_not() -> None:
    assert len(ids_of(asked("ids=" + ",".join("a" * 200)), "ids")) == 200

    with pytest.raises(Problem) as refused:
        ids_of(asked("ids=" + ",".join("a" * 201)), "ids")

    assert refused.value.kind is Kind.TOO_MANY_IDS


@pytest.mark.parametrize("text", ["0", "101", "10000", "-1", "1.5", "ten", "", "9" * 400, "٣"])
def test_a_limit_is_a_whole_number_from_1_to_100(text: str) -> None:
    with pytest.raises(Problem) as refused:
        limit_of({"limit": text})

    assert refused.value.kind is Kind.BAD_PARAMETER
    assert refused.value.extra == {"parameter": "limit"}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2015-05-17", datetime(2015, 5, 17, tzinfo=UTC)),
        ("2015-05-17T10:30:00Z", datetime(2015, 5, 17, 10, 30, tzinfo=UTC)),
        ("2015-05-17t10:30z", datetime(2015, 5, 17, 10, 30, tzinfo=UTC)),
        ("2015-05-17T10:30:00 02:00", datetime(2015, 5, 17, 8, 30, tzinfo=UTC)),  # a plus nobody encoded
        ("2015-05-17T10:30:00.250-01:00", datetime(2015, 5, 17, 11, 30, 0, 250_000, tzinfo=UTC)),
    ],
)
def test_a_moment_is_a_date_or_of_rfc_3339(text: str, moment: datetime) -> None:
    assert moment_of({"from": text}, "from") == moment.timestamp()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2015-13-01",
        "2015-02-30",
        "20150517",
        "2015-W20-1",
        "2015-05-17T10:30:00",
        "1969-12-31",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00+14:00",
        "1431820800",
    ],
)
def test_what_is_no_moment_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(Problem) as refused:
        moment_of({"from": text}, "from")

    assert refused.value.extra == {"parameter": "from"}


@pytest.mark.parametrize("text", ["", "0", "0h", "-1h", "48 hours", "99999999d", "9" * 5_000])
def test_an_age_is_a_duration_of_at_most_ten_years(text: str) -> None:
    with pytest.raises(Problem) as refused:
        age_of({"published_within": text}, "published_within")

    assert refused.value.extra == {"parameter": "published_within"}


def test_an_age_is_given_in_its_own_unit() -> None:
    assert age_of({"published_within": "48h"}, "published_within") == 172_800
    assert age_of({}, "published_within") is None
