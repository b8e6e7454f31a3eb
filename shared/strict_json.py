"""JSON as the HTTP interface takes it: UTF-8, no key twice, no NaN, no depth that breaks the reader.

What the texts hold (NUL, half a surrogate pair) is left to whoever validates the fields.
"""

import json
from json import JSONDecodeError
from typing import Any, NoReturn

from shared.problem import Kind, Problem

_BLANK = b" \t\r\n"


class _Unreadable(ValueError):
    """Valid for Python's reader, not for us."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        for name, _ in reversed(pairs):
            if name not in found:
                raise _Unreadable(f"{name[:64]!r} is given twice in one object")
            del found[name]
    return found


def _constant(name: str) -> NoReturn:
    raise _Unreadable(f"{name} is not JSON")


def _float(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise _Unreadable("a number is too large")
    return value


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)


def loads(body: bytes) -> object:
    """Return the value of a JSON text.

    Raises Problem: EMPTY_BODY for nothing but blanks, BAD_ENCODING for what
    is not UTF-8, BAD_JSON for everything else that cannot be read.
    """
    if not body.strip(_BLANK):
        raise Problem(Kind.EMPTY_BODY)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Problem(Kind.BAD_ENCODING, f"byte {error.start} is not UTF-8") from None
    try:
        return _decoder.decode(text)
    except JSONDecodeError as error:
        reason = error.msg.removesuffix(" at")
        if text.startswith("\ufeff"):
            reason = "it begins with a byte order mark"
        raise Problem(Kind.BAD_JSON, f"{reason} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise Problem(Kind.BAD_JSON, "it is nested too deeply") from None
    except _Unreadable as error:
        raise Problem(Kind.BAD_JSON, str(error)) from None
    except ValueError:  # an integer of thousands of digits, which Python refuses to convert
        raise Problem(Kind.BAD_JSON, "an integer has too many digits") from None
