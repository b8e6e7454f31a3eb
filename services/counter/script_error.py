"""What an error that Redis answers the commit with is, in a word of a closed set, for its metric."""

from redis.exceptions import NoPermissionError, OutOfMemoryError, ReadOnlyError, ResponseError

_BY_TYPE = {
    OutOfMemoryError: "out-of-memory",
    ReadOnlyError: "read-only",
    NoPermissionError: "not-permitted",
}
_BY_WORD = {
    "WRONGTYPE": "wrong-type",
    "OOM": "out-of-memory",
    "READONLY": "read-only",
    "NOPERM": "not-permitted",
    "ACL failure": "not-permitted",
}
"""As a script passes on what a command of its own was answered."""


def script_error(error: ResponseError) -> str:
    """Return the word for an error."""
    if type(error) in _BY_TYPE:
        return _BY_TYPE[type(error)]
    said = str(error)
    return next((name for word, name in _BY_WORD.items() if word in said), "other")
