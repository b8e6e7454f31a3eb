"""What the filters of the board can offer: the sections, tags and authors of its articles."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from shared.article import Article

MOST = 50
"""Words offered of each kind."""


class Offers(NamedTuple):
    """Words that a filter lets something through for, the most frequent first, ties by alphabet."""

    sections: list[str]
    tags: list[str]
    authors: list[str]


def offers_of(articles: Iterable[Article]) -> Offers:
    """Return what can be offered for some articles."""
    sections: Counter[str] = Counter()
    tags: Counter[str] = Counter()
    authors: Counter[str] = Counter()
    for article in articles:
        if article.section is not None:
            sections[article.section] += 1
        tags.update(set(article.tags))
        authors.update(set(article.authors))
    return Offers(_first(sections), _first(tags), _first(authors))


def _first(words: Counter[str]) -> list[str]:
    return sorted(words, key=lambda word: (-words[word], word))[:MOST]
