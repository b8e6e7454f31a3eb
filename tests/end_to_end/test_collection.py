"""The suite itself: its workers have to agree on what the tests are called."""

import re
from datetime import UTC, datetime, timedelta

import pytest

LATELY = timedelta(days=60)


def test_no_test_is_named_by_the_moment_it_was_collected_in(request: pytest.FixtureRequest):
    today = datetime.now(UTC).date()
    near = {str(today + timedelta(days=day)) for day in range(-LATELY.days, LATELY.days)}
    names = [item.nodeid for item in request.session.items]

    assert [name for name in names if near & set(re.findall(r"\d{4}-\d\d-\d\d", name))] == []
    assert [name for name in names if str(int(datetime.now(UTC).timestamp()))[:4] in name] == []
