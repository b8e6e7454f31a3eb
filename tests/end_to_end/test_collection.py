"""The suite itself: its workers have to agree on what the tests are called."""

import re
from datetime import UTC, datetime, timedelta

import pytest

LATELY = timedelta(days=60)


def test_no_test_is_named_by_the_moment_it_was_collected_in(request: pytest.FixtureRequest):
    today = datetime.now(UTC).date()
    near = {str(today + timedelta(days=day)) for day in range(-LATELY.days, LATELY.days)}
    for item in request.session.items:
        # One that stands in the file stays as it is.
        written = item.path.read_text()
        found = near & set(re.findall(r"\d{4}-\d\d-\d\d", item.name))
        assert [day for day in found if day not in written] == [], item.nodeid
