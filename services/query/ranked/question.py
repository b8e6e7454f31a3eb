"""What is asked of a ranked list, read from a query string once for every form of answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.query.parameters import (
    DEFAULT_LIMIT,
    age_of,
    article_id,
    ids_of,
    least_of,
    limit_of,
    one_of,
    site_of,
    word_of,
    wrong,
)
from services.query.ranked.diversity import UNLIMITED, Diversity, diversity_of
from services.query.ranked.kinds import DEFAULT_KIND, EVERY_WINDOW, KINDS, ListKind
from services.query.ranked.selection import Filters
from shared.catalogue import Catalogue, SiteCatalogue
from shared.http import Request

PARAMETERS = (
    "site",
    "list",
    "window",
    "section",
    "tag",
    "author",
    "published_within",
    "min_views",
    "exclude",
    "diversity",
    "limit",
)


@dataclass(frozen=True)
class Question:
    """Which list of which site, and which of its articles.

    Equal questions have equal answers at any moment, however their query
    strings were written. `published_within` is in seconds; `exclude` are
    normalised ids or aliases.
    """

    site: str
    kind: ListKind = DEFAULT_KIND
    window: str | None = None
    section: str | None = None
    tag: str | None = None
    author: str | None = None
    published_within: int | None = None
    min_views: int = 0
    exclude: frozenset[str] = field(default_factory=frozenset)
    diversity: Diversity = UNLIMITED
    limit: int = DEFAULT_LIMIT

    def filters(self, catalogue: SiteCatalogue, now: float) -> Filters:
        """Return what an article must be at a moment in Unix seconds, by the aliases of that moment."""
        return Filters(
            section=self.section,
            tag=self.tag,
            author=self.author,
            published_since=None if self.published_within is None else now - self.published_within,
            min_views=self.min_views,
            exclude=frozenset(map(catalogue.resolve, self.exclude)),
            diversity=self.diversity,
        )


def list_of(given: Mapping[str, str]) -> tuple[ListKind, str | None]:
    """Return the list asked for and its window, None for a list without windows. Raises Problem."""
    kind = KINDS[one_of(given, "list", KINDS) or DEFAULT_KIND.name]
    window = one_of(given, "window", dict.fromkeys(EVERY_WINDOW))
    if window is not None and window not in kind.windows:
        raise wrong("window", f"the list {kind.name} has no windows")
    return kind, window or kind.default_window


def read_question(request: Request, catalogue: Catalogue, also: tuple[str, ...] = ()) -> Question:
    """Return the question of a request, which may have the parameters `also` beside ours.

    Raises Problem for whatever is wrong with the question.
    """
    given = request.parameters((*PARAMETERS, *also))
    site = site_of(given, catalogue)
    kind, window = list_of(given)
    return Question(
        site,
        kind,
        window,
        section=word_of(given, "section"),
        tag=word_of(given, "tag"),
        author=word_of(given, "author"),
        published_within=age_of(given, "published_within"),
        min_views=least_of(given, "min_views"),
        exclude=frozenset(article_id(raw, "exclude") for raw in ids_of(request, "exclude")),
        diversity=diversity_of(given),
        limit=limit_of(given),
    )
