"""What the strict JSON reader takes and refuses."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.problem import Kind, Problem
from shared.strict_json import loads

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=20,
)


def refusal(body: bytes) -> Problem:
    with pytest.raises(Problem) as caught:
        loads(body)
    return caught.value


def outcome(body: bytes) -> Kind | None:
    try:
        loads(body)
    except Problem as problem:
        return problem.kind
    return None


@given(VALUES)
def test_what_json_writes_is_read_back(value):
    assert loads(json.dumps(value, allow_nan=False).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_a_problem(body):
    assert outcome(body) in (None, Kind.EMPTY_BODY, Kind.BAD_ENCODING, Kind.BAD_JSON)


@pytest.mark.parametrize("body", [b"", b" ", b"\r\n\t "])
def test_nothing_but_blanks_is_an_empty_body(body):
    assert refusal(body).kind is Kind.EMPTY_BODY


def test_what_is_not_utf_8_is_refused_with_the_place():
    problem = refusal(b'{"site": "\xff"}')

    assert problem.kind is Kind.BAD_ENCODING
    assert "byte 10" in problem.detail


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity", b'{"weight": NaN}', b"[1e999]"])
def test_a_number_that_is_not_finite_is_not_json(constant):
    assert refusal(constant).kind is Kind.BAD_JSON


def test_a_key_given_twice_is_named():
    problem = refusal(b'{"site": "a", "id": {"x": 1, "y": 2}, "site": "b"}')

    assert problem.kind is Kind.BAD_JSON
    assert "'site'" in problem.detail


def test_a_key_given_twice_deep_inside_is_found_too():
    assert "'x'" in refusal(b'[{"a": {"x": 1, "y": 2, "x": 3}}]').detail


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000])
def test_nesting_of_a_hundred_thousand_is_refused(body):
    problem = refusal(body)

    assert problem.kind is Kind.BAD_JSON
    assert "deep" in problem.detail


def test_an_integer_of_five_thousand_digits_is_refused():
    assert refusal(b'{"n": ' + b"7" * 5_000 + b"}").kind is Kind.BAD_JSON


@pytest.mark.parametrize(
    "body", [b"{} x", b"{'a': 1}", b'{"a": 1,}', b'"\x00"', b'\xef\xbb\xbf{"a": 1}', b"nul"]
)
def test_what_only_looks_like_json_is_refused(body):
    assert refusal(body).kind is Kind.BAD_JSON


def test_nul_and_half_a_surrogate_pair_in_escapes_are_left_to_the_fields():
    assert loads(b'["\\u0000", "\\ud800"]') == ["\x00", "\ud800"]
