"""Bodies that are wrong, each in a way of its own."""

import gzip
import json
from collections.abc import Mapping
from random import Random

from tests.fuzz.words import FRAGMENTS, VALUES, WORDS

_LINE_ENDS = (b"\n", b"\r\n", b"\r", b"\n\n \n", b"\x0b", b"\xe2\x80\xa8", b"\x1e", b"")


def body_of(random: Random, shape: Mapping[str, object], *, many: bool) -> bytes:
    """Return a body of that shape, or of a list of them, that somebody has been at."""
    if not many:
        whole = _object(random, shape)
    else:
        rows = [_object(random, shape) for _ in range(random.choice((0, 1, 2, 3, 8)))]
        if random.random() < 0.5:
            whole = random.choice(_LINE_ENDS).join(rows)
        else:
            whole = b"[" + b",".join(rows) + b"]"
            if random.random() < 0.2:
                whole = b'{"site": ' + _word(random) + b', "articles": ' + whole + b"}"
    return _broken(random, whole) if random.random() < 0.25 else whole


def _object(random: Random, shape: Mapping[str, object]) -> bytes:
    """Return one object in which some fields are not what they should be."""
    fields = [(_dumped(random, name), _dumped(random, value)) for name, value in shape.items()]
    for _ in range(random.choice((0, 0, 0, 1, 1, 1, 2, 3))):
        place = random.randrange(len(fields))
        name, value = fields[place]
        match random.randrange(8):
            case 0 | 1 | 2:
                fields[place] = (name, _word(random))
            case 3:
                fields[place] = (name, _dumped(random, random.choice(VALUES)))
            case 4:
                fields[place] = (name, random.choice(FRAGMENTS).encode())
            case 5:
                fields[place] = (_word(random), value)
            case 6:
                fields.append((name, random.choice((value, _word(random)))))
            case _ if len(fields) > 1:
                del fields[place]
    return b"{" + b", ".join(name + b": " + value for name, value in fields) + b"}"


def _word(random: Random) -> bytes:
    return _dumped(random, random.choice(WORDS))


def _dumped(random: Random, value: object) -> bytes:
    # Half a surrogate pair, written as it is, is no UTF-8.
    try:
        text = json.dumps(value, ensure_ascii=random.random() < 0.7)
    except ValueError:  # Python writes no integer of so many digits
        text = "1" + "0" * 400
    return text.encode("utf-8", "surrogatepass")


def _broken(random: Random, body: bytes) -> bytes:
    """Return the body after something has happened to its bytes."""
    where = random.randrange(len(body) + 1)
    match random.randrange(14):
        case 0 | 1:
            return body[:where]
        case 2:
            return body[where:]
        case 3 | 4:
            return body[:where] + random.randbytes(random.choice((1, 2, 40))) + body[where:]
        case 5:
            return body[:where] + bytes([random.choice(b"\x00\x0a\x0d\x1b\x80\xff")]) + body[where + 1 :]
        case 6:
            return random.choice((b"\xef\xbb\xbf", b"\xff\xfe", b")]}',\n")) + body
        case 7:
            return body.decode("utf-8", "replace").encode(random.choice(("utf-16", "utf-32", "utf-7")))
        case 8:
            return gzip.compress(body)
        case 9:
            return body + random.choice((body, b"\x00", b"}", b" " * 9_000, b"\n{", b"x"))
        case 10:
            return random.choice((b"", b" \r\n\t", b"null", b"{}", b"[]", b"[[]]", b'""', b"0", b"=", b"a=b"))
        case 11:
            return b"[" * random.choice((10, 5_000, 50_000)) + body
        case 12:
            return body.replace(b"a", random.choice(WORDS).encode("utf-8", "surrogatepass"), 2)
        case _:
            return body * random.choice((2, 50))
