"""The shapes of the answers: what the document at /openapi.json promises.

A field that does not apply to an answer is left out of it (`exclude_unset`);
one that applies and is not known is null.
"""

from datetime import UTC, date, datetime
from typing import Literal

from pydantic import Field

from services.query.newsroom.why import StandingOverride, Why
from services.query.shape import Moment
from services.query.shape import Shape as _Shape
from shared.article import Article


def moment(seconds: float) -> datetime:
    """Return a moment in Unix seconds as one of UTC."""
    return datetime.fromtimestamp(seconds, UTC)


class CountsAnswer(_Shape):
    """Views by article."""

    counts: dict[str, int] = Field(
        description="Each id as it was asked for, and its views; 0 for one nobody read.",
        examples=[{"2026/02/21/advisers-leave": 147, "never-read": 0}],
    )


class Story(_Shape):
    """An article of the catalogue."""

    id: str
    url: str
    title: str
    summary: str
    image_url: str | None
    thumbnail_url: str | None
    section: str | None
    tags: list[str]
    authors: list[str]
    published_at: Moment


class Metrics(_Shape):
    """How often an article was read."""

    views: int = Field(description="All its views: the count beside the headline.")
    window_views: int = Field(0, description="Views within the window; on most-read alone.")


class RankedStory(Story):
    """An article and its place on a list."""

    rank: int | None = Field(
        description="1, 2, 3 ... among the articles that pass the filters; null for a sponsored slot."
    )
    movement: int | None = Field(
        description="Places risen since an hour ago, negative if fallen; null if it was not on the list. "
        "Pinned articles do not move, and move no others."
    )
    metrics: Metrics
    source: Literal["trending", "rising", "most-read", "latest", "pinned", "sponsored"] = Field(
        description="The list it stands on; `latest` if it fills a list that was too short, `pinned` and "
        "`sponsored` if somebody put it there."
    )
    label: str = Field("", description="What is to be written beside it; on a sponsored slot alone.")
    why: Why | None = Field(None, description="With `explain=1` alone.")


class ListMeta(_Shape):
    """What was answered."""

    site: str
    list: str
    generated_at: Moment | None = Field(
        description="When the data last changed; null before anything was catalogued or read."
    )
    at: Moment | None = Field(None, description="The moment that was asked for; with `at` alone.")
    stale: bool = Field(
        False, description="true while Redis is away and this is the last list of before; else left out."
    )
    half_life: str = Field("", description="The time in which a view loses half its weight; on trending.")
    window: str = Field("", description="The window; on most-read.")
    from_: Moment | None = Field(
        None, alias="from", description="Since when views are added up; null for `all`. On most-read."
    )


class TrendingAnswer(_Shape):
    """A ranked list."""

    data: list[RankedStory]
    meta: ListMeta


class HourViews(_Shape):
    """Views in one hour."""

    hour: Moment = Field(description="The moment the hour begins.")
    views: int


class DayViews(_Shape):
    """Views in one UTC day."""

    day: date
    views: int


class ArticleAnswer(Why):
    """What is known of one article."""

    id: str = Field(description="The id it is catalogued under; another than was asked for an alias.")
    article: Story | None = Field(description="null when the catalogue does not have it.")
    from_: Moment = Field(alias="from", description="Where the range begins, as it was rounded.")
    to: Moment = Field(description="Where it ends; this moment is not part of it.")
    range_views: int = Field(description="Views within the range.")
    hours: list[HourViews] = Field(
        description="Every hour of the range, also those with 0 views; empty where `days` tells."
    )
    days: list[DayViews] = Field(
        description="Every UTC day of a range longer than 8 days, or of one whose hours are kept no more."
    )


class RankThen(_Shape):
    """Where an article stood at a moment."""

    at: Moment
    rank: int | None = Field(description="null when it was not among the first hundred.")
    value: float | None = Field(
        description="What it was ranked by: a weight, r, or the views of the window; null when it was not."
    )


class ArticleHistoryAnswer(_Shape):
    """An article's ranks over time."""

    id: str
    list: str
    window: str = Field("", description="The window; of most-read.")
    from_: Moment = Field(alias="from")
    to: Moment
    step: int = Field(description="Seconds between two points.")
    points: tuple[RankThen, ...] = Field(description="In order; none for moments before history began.")


class TrafficAnswer(_Shape):
    """The views of a whole site."""

    site: str
    from_: Moment = Field(alias="from", description="Where the range begins, rounded down to an hour.")
    to: Moment = Field(description="Where it ends, rounded up; this moment is not part of it.")
    views: int = Field(description="Views within the range.")
    hours: list[HourViews] = Field(description="Every hour of the range, also those with 0 views.")


_PACE = (
    "Views of the running hour, and of the one before it the part that the running one is still short of: "
    "about those of the last 60 minutes."
)


class BoardRow(RankedStory):
    """An article on the board."""

    reader_days: int = Field(description="Distinct readers of each UTC day, added up.")
    views_per_hour: int = Field(description=_PACE)
    hours: list[int] = Field(description="Views in each hour of `traffic.hours`.")


class BoardTraffic(_Shape):
    """The views of the whole site within 24 hours, whatever the filters."""

    from_: Moment = Field(alias="from")
    to: Moment = Field(description="The end of the running hour, with `at` of the hour it lies in.")
    views: int
    views_per_hour: int = Field(description=_PACE)
    hours: list[HourViews] = Field(description="24 of them, the one that ends at `to` last.")


class BoardArrivals(_Shape):
    """What came to the collector in the running UTC hour and the one before it, in readings."""

    last_view_at: Moment | None = Field(
        description="When the last view was accepted; null if none was within two days."
    )
    accepted: int
    dropped: dict[str, int] = Field(
        description="Readings that do not count, by reason.", examples=[{"foreign-origin": 412, "bot": 30}]
    )
    refused: dict[str, int] = Field(
        description="Wrong requests that named this site, by reason.", examples=[{"bad-article-id": 3}]
    )
    foreign_origins: dict[str, int] = Field(
        description="Whose pages posted readings without being an origin of the site; not all of them if "
        "there are many.",
        examples=[{"https://other.example": 412}],
    )
    advice: list[str] = Field(description="What can be done about it, the most urgent first.")


class BoardFeed(_Shape):
    """How following one feed, news sitemap or WordPress of the site goes."""

    url: str
    last_success_at: Moment | None = Field(
        description="When it was last read, or had not changed; null before the first time."
    )
    failing: bool = Field(description="Whether the last try came to nothing.")
    last_error: str | None = Field(
        description="What was wrong at the last try, or with some of its entries; null when all is well.",
        examples=["1 of 50 entries are left out; item 7: title: there is none"],
    )
    articles: int = Field(description="Articles it had when it was last read.")


class BoardOverride(StandingOverride):
    """An override that is in force."""

    id: str
    title: str | None = Field(description="null when the catalogue does not have the article.")


class BoardAnswer(_Shape):
    """Everything that the newsroom's board shows."""

    data: list[BoardRow]
    traffic: BoardTraffic
    arrivals: BoardArrivals
    sections: list[str] = Field(
        description="What the filters can offer: of the whole list, the most frequent first, at most 50."
    )
    tags: list[str]
    authors: list[str]
    feeds: list[BoardFeed] = Field([], description="What is followed, in the order of the addresses.")
    overrides: list[BoardOverride] = Field(
        [], description="Those in force, the first to end before others; none with `at`, which cannot know."
    )
    desk_url: str | None = Field(None, description="Where the desk's page is, as far as it was told.")
    meta: ListMeta


def story_fields(article: Article) -> dict[str, object]:
    """Return the fields of a Story."""
    return {name: getattr(article, name) for name in Story.model_fields}
