"""What is wrong with a value that was given, in plain words: the field, and what is expected of it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from shared.problem import Kind, Problem

_LONGEST_NAME = 100

_MOMENT = "a moment is written with its offset from UTC, such as 2026-02-21T17:09:00Z"
_WHOLE, _NUMBER, _EITHER, _LIST = "a whole number", "a number", "true or false", "a list"
_GROUP = "a group of named fields"

_EXPECTED = {
    "string_type": "text",
    "int_type": _WHOLE,
    "float_type": _NUMBER,
    "bool_type": _EITHER,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "dict_type": _GROUP,
    "mapping_type": _GROUP,
    "model_type": _GROUP,
    "path_type": "a path",
}
"""By the validator's name of an error: what stands in the place of a value of another type."""

_SAID = {
    "missing": "it must be given",
    "extra_forbidden": "no such field is known here",
    "string_unicode": "text holds no half of a surrogate pair",
    "string_pattern_mismatch": "it must match {pattern}",
    "int_from_float": f"{_WHOLE} is expected",
    "int_parsing": f"{_WHOLE} is expected",
    "int_parsing_size": f"{_WHOLE} of fewer digits is expected",
    "float_parsing": f"{_NUMBER} is expected",
    "finite_number": f"{_NUMBER} is expected",
    "bool_parsing": f"{_EITHER} is expected",
    "literal_error": "{expected} is expected",
    "greater_than": "it must be more than {gt}",
    "greater_than_equal": "it must be at least {ge}",
    "less_than": "it must be less than {lt}",
    "less_than_equal": "it must be at most {le}",
    "too_short": "at least {min_length} of them are expected",
    "too_long": "at most {max_length} of them are taken",
    "string_too_long": "at most {max_length} characters are taken",
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "datetime_object_invalid": _MOMENT,
    "timezone_aware": _MOMENT,
}
"""By the validator's name of an error: what is said of it."""

_GIVEN: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, _EITHER),
    ((int, float), _NUMBER),
    (str, "text"),
    ((list, tuple), _LIST),
    (Mapping, _GROUP),
    (type(None), "nothing"),
)


class Fault(NamedTuple):
    """The first thing wrong with what was given."""

    field: str
    """Its name, dotted within groups and lists; empty when it is the whole."""
    says: str
    unknown: bool
    """Whether nothing of that name is known."""
    ours: bool
    """Whether it was found by a rule of our own, and not by the shape of the value."""

    def __str__(self) -> str:
        return f"{self.field}: {self.says}" if self.field else self.says


def fault_of(error: ValidationError) -> Fault:
    """Return the first thing that is wrong, without a word of the library that found it."""
    first: Mapping[str, Any] = error.errors(include_url=False)[0]
    # The library calls a key of a group that is wrong itself "[key]".
    name = _printable(".".join(str(part) for part in first["loc"] if part != "[key]"))
    kind = first["type"]
    return Fault(name[:_LONGEST_NAME], _says(first), kind == "extra_forbidden", kind == "value_error")


def refusal_of(error: ValidationError) -> Problem:
    """Return the refusal that names the field which is wrong first."""
    fault = fault_of(error)
    kind = Kind.UNKNOWN_FIELD if fault.unknown else Kind.BAD_SHAPE
    return Problem(kind, str(fault), **({"field": fault.field} if fault.field else {}))


def _says(error: Mapping[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind in _EXPECTED:
        given = _kind_of(error["input"])
        wanted = _EXPECTED[kind]
        return f"{wanted} is expected, not {given}" if given else f"{wanted} is expected"
    if kind == "string_too_short":
        least = context["min_length"]
        return "it is empty" if least == 1 else f"at least {least} characters are expected"
    if kind in _SAID:
        return _SAID[kind].format_map({name: _plain(value) for name, value in context.items()})
    return "such a value is not taken"


def _kind_of(value: object) -> str:
    return next((words for types, words in _GIVEN if isinstance(value, types)), "")


def _plain(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _printable(name: str) -> str:
    """Return a name that a stranger may have chosen, so that a terminal shows it and does nothing else."""
    return name if name.isprintable() else repr(name)[1:-1]
