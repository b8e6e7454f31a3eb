"""Who may: bearer keys, plain or as `sha256:` digests, several at once for rotation."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest

from shared.http import Request
from shared.problem import Kind, Problem

_DIGITS = re.compile(r"[0-9A-Fa-f]{64}")


@dataclass(frozen=True)
class Keys:
    """The digests of the keys of one purpose."""

    digests: tuple[bytes, ...]

    @classmethod
    def parse(cls, text: str | None) -> "Keys":
        """Return the keys of a comma-separated setting; none of them opens nothing.

        Raises ValueError for a digest that is not 64 hexadecimal digits.
        """
        parts = [part.strip() for part in (text or "").split(",")]
        return cls(tuple(_digest(part) for part in parts if part))

    def demand(self, request: Request) -> bytes:
        """Return the digest of the key the request carries. Raises Problem without a right one."""
        if not self.digests:
            raise Problem(Kind.KEY_NOT_CONFIGURED)
        scheme, _, given = (request.header(b"authorization") or b"").partition(b" ")
        offered = sha256(given.strip()).digest()
        # Every key is compared, so that the time says nothing about which one came close.
        right = [compare_digest(offered, digest) for digest in self.digests]
        if scheme.lower() != b"bearer" or not any(right):
            raise Problem(Kind.WRONG_KEY)
        return offered


def _digest(part: str) -> bytes:
    if not part.startswith("sha256:"):
        return sha256(part.encode()).digest()
    digits = part.removeprefix("sha256:")
    if not _DIGITS.fullmatch(digits):
        raise ValueError("a sha256: key has 64 hexadecimal digits")
    return bytes.fromhex(digits)


def first_of(keys: str | None) -> Sequence[str]:
    """Return the plain keys of a setting, for a client on this machine."""
    return [k.strip() for k in (keys or "").split(",") if k.strip() and not k.strip().startswith("sha256:")]
