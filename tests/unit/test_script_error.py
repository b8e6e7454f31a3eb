"""What Redis has against a commit is told by a word."""

import pytest
from redis.exceptions import NoPermissionError, OutOfMemoryError, ReadOnlyError, ResponseError

from services.counter.script_error import script_error

SAID = [
    (OutOfMemoryError("command not allowed when used memory > 'maxmemory'."), "out-of-memory"),
    (ReadOnlyError("You can't write against a read only replica."), "read-only"),
    (NoPermissionError("this user has no permissions to run the 'xdel' command"), "not-permitted"),
    (ResponseError("WRONGTYPE gs:count:{0}:news.example is a string, not a hash script: 1f"), "wrong-type"),
    (ResponseError("OOM command not allowed when used memory > 'maxmemory'. script: 1f"), "out-of-memory"),
    (ResponseError("READONLY You can't write against a read only replica. script: 1f"), "read-only"),
    (ResponseError("ACL failure in script: No permissions to access a key script: 1f"), "not-permitted"),
    (ResponseError("user_script:7: attempt to index a nil value"), "other"),
]


@pytest.mark.parametrize(("error", "word"), SAID, ids=[str(error)[:20] for error, _ in SAID])
def test_each_error_has_its_word(error: ResponseError, word: str):
    assert script_error(error) == word
