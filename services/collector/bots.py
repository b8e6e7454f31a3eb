"""Whether a user agent is a program that reads by itself."""

from functools import lru_cache

from is_bot import Bots

MAX_USER_AGENT = 512
"""Longer ones are cut before anything looks at them: 8 KB once stalled a matcher for seconds."""

_bots = Bots()


@lru_cache(maxsize=20_000)
def is_bot(user_agent: str) -> bool:
    """Return whether the user agent is a bot's; an empty one is."""
    cut = user_agent[:MAX_USER_AGENT]
    return not cut.strip() or bool(_bots.is_bot(cut))
