"""At most so many articles of one section, tag or author: how it is asked for, and how it is kept.

Pure: no Redis, no clock.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from services.query.parameters import wrong
from shared.article import Article

KINDS = ("section", "tag", "author")
MOST = 100
PATTERN = "^{0}(,{0}){{0,2}}$".format(f"({'|'.join(KINDS)}):([1-9][0-9]?|100)")
"""As the document tells it; that a kind is given once it cannot tell."""

_LIMIT = re.compile(r"([a-z]+):([0-9]{1,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Diversity:
    """The most articles of one section, tag or author; a kind that is not given has no limit."""

    limits: tuple[tuple[str, int], ...] = ()

    def tally(self) -> "Tally":
        """Return a tally of a list that is empty yet."""
        return Tally(self)


UNLIMITED = Diversity()


class Tally:
    """What a list holds so far."""

    def __init__(self, diversity: Diversity) -> None:
        self._limits = diversity.limits
        self._taken: Counter[tuple[str, str]] = Counter()

    def take(self, article: Article) -> bool:
        """Return whether there is room for an article on the list, which then has it.

        An article of several tags or authors needs room for each of them; one
        without any is limited by nothing.
        """
        needed = [(kind, word, most) for kind, most in self._limits for word in _words(article, kind)]
        if any(self._taken[kind, word] >= most for kind, word, most in needed):
            return False
        self._taken.update((kind, word) for kind, word, _ in needed)
        return True


def diversity_of(given: Mapping[str, str]) -> Diversity:
    """Return the diversity asked for, such as `section:2` or `section:3,author:1`. Raises Problem."""
    text = given.get("diversity")
    if text is None:
        return UNLIMITED
    limits: dict[str, int] = {}
    for part in text.split(","):
        found = _LIMIT.fullmatch(part)
        if found is None or found[1] not in KINDS:
            raise wrong("diversity", f"such as section:2, of {', '.join(KINDS)}, not {part[:40]!r}")
        kind, most = found[1], int(found[2])
        if not 1 <= most <= MOST:
            raise wrong("diversity", f"at most 1 to {MOST} of one {kind}, not {most}")
        if kind in limits:
            raise wrong("diversity", f"{kind} is limited twice")
        limits[kind] = most
    return Diversity(tuple((kind, limits[kind]) for kind in KINDS if kind in limits))


def _words(article: Article, kind: str) -> set[str]:
    if kind == "tag":
        return set(article.tags)
    if kind == "author":
        return set(article.authors)
    return set() if article.section is None else {article.section}
