"""A faster rule is the same rule: only times differ."""

import pytest

from tests.scaled_rules import faster, faster_expression


@pytest.mark.parametrize(
    ("duration", "expected"),
    [("5m", "5000ms"), ("1d", "1440000ms"), ("6d23h30m", "10050000ms"), ("15s", "250ms")],
)
def test_a_duration_is_divided(duration: str, expected: str):
    assert faster(duration, 60) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (
            "sum(increase(a_total[1h] offset 1d)) > 120",
            "sum(increase(a_total[60000ms] offset 1440000ms)) > 120",
        ),
        (
            'groundswell:waiting:seconds{where="spool"} > 600',
            'groundswell:waiting:seconds{where="spool"} > 10',
        ),
        ("time() - max(a_timestamp_seconds) > 7200", "time() - max(a_timestamp_seconds) > 7200"),
        ("groundswell:waiting:seconds > bool 5", "groundswell:waiting:seconds > bool 5"),
        ("rate(a_seconds_count[5m]) > 14.4 * 0.01", "rate(a_seconds_count[5000ms]) > 14.4 * 0.01"),
    ],
)
def test_windows_offsets_and_waiting_are_divided_and_nothing_else(expression: str, expected: str):
    assert faster_expression(expression, 60) == expected
