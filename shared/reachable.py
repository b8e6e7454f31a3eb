"""Why Redis cannot be used, in words for whoever runs it; no address, user or password is in them."""

import asyncio
import ssl
from collections.abc import Iterator

from redis.exceptions import AuthenticationError, NoPermissionError

from shared.connection import UNAVAILABLE, Client

_PATIENCE = 1.0
"""Seconds that Redis has to answer whoever asks for the reason."""

# As OpenSSL numbers them, in x509_vfy.h.
_NOT_YET, _EXPIRED = 9, 10
_UNKNOWN_AUTHORITY = (2, 18, 19, 20, 21)
_OTHER_NAME = (62, 64)


async def why_not(redis: Client) -> str | None:
    """Return why Redis cannot be used now, as a sentence; None when it can."""
    try:
        async with asyncio.timeout(_PATIENCE):
            await redis.ping()
    except UNAVAILABLE as error:
        known = why(error)
        return f"Redis is not used: {known}" if known else f"Redis does not answer: {type(error).__name__}"
    return None


def why(error: BaseException) -> str | None:
    """Return what an error of a connection comes from, where the settings or Redis' own can change that."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _certificate(cause)
        if isinstance(cause, ssl.SSLError):
            return f"it does not speak TLS as rediss:// asks for ({cause.reason})"
        if isinstance(cause, AuthenticationError):
            return "it does not take the user and password of redis_url"
        if isinstance(cause, NoPermissionError):
            return "its access list does not let the user of redis_url do this"
    return None


def _certificate(error: ssl.SSLCertVerificationError) -> str:
    code = error.verify_code
    if code in _OTHER_NAME:
        return "its certificate is for another host name than that of redis_url"
    if code == _EXPIRED:
        return "its certificate has expired"
    if code == _NOT_YET:
        return "its certificate is not valid yet; look at the clocks"
    if code in _UNKNOWN_AUTHORITY:
        return "its certificate is signed by an authority that is not known here; redis_ca names one"
    return f"its certificate is not accepted ({error.verify_message})"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it was raised from, the outermost first."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
