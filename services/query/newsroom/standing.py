"""What is in force on a site, and how following its feeds goes, as the newsroom is told."""

from collections.abc import Mapping

from services.query.models import BoardFeed, BoardOverride, moment
from services.query.newsroom.why import StandingOverride
from shared.catalogue import SiteCatalogue
from shared.feed_state import FeedState
from shared.override import Override


def standing(override: Override) -> StandingOverride:
    """Return an override as it is told."""
    return StandingOverride.model_validate(_fields(override))


def standing_overrides(catalogue: SiteCatalogue, now: float) -> list[BoardOverride]:
    """Return the overrides in force at a moment in Unix seconds, the first to end before others."""
    found = sorted(catalogue.in_force(now).overrides.items(), key=lambda one: (one[1].until, one[0]))
    return [
        BoardOverride.model_validate(
            {"id": article_id, "title": _title(catalogue, article_id), **_fields(override)}
        )
        for article_id, override in found
    ]


def followed_feeds(states: Mapping[str, FeedState]) -> list[BoardFeed]:
    """Return how following each feed goes, in the order of the addresses."""
    return [
        BoardFeed(
            url=url,
            last_success_at=moment(state.last_success_at // 1) if state.last_success_at else None,
            failing=bool(state.last_error) and state.last_success_at < state.last_try_at,
            last_error=state.last_error or None,
            articles=state.articles,
        )
        for url, state in sorted(states.items())
    ]


def _title(catalogue: SiteCatalogue, article_id: str) -> str | None:
    article = catalogue.articles.get(article_id)
    return None if article is None else article.title


def _fields(override: Override) -> dict[str, object]:
    said = override.model_dump(exclude_none=True)
    return {**said, "since": moment(override.since), "until": moment(override.until)}
