"""A ranked list as a JSON Feed of version 1.1."""

from collections.abc import Iterable
from typing import Any

from services.query.answers import compact
from services.query.feeds.channel import Channel, entry_id, headline, topics
from services.query.models import RankedStory

CONTENT_TYPE = "application/feed+json"


def json_feed(channel: Channel, stories: Iterable[RankedStory]) -> bytes:
    """Return the feed as UTF-8."""
    return compact(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": channel.title,
            "home_page_url": channel.home,
            "feed_url": channel.address,
            "description": channel.about,
            "items": [_item(story) for story in stories],
        }
    )


def _item(story: RankedStory) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry_id(story),
        "url": story.url,
        "title": headline(story),
        "content_text": story.summary or story.title,
        "date_published": story.published_at.isoformat(),
    }
    if story.image_url is not None:
        item["image"] = story.image_url
    if story.authors:
        item["authors"] = [{"name": author} for author in story.authors]
    if tags := topics(story):
        item["tags"] = tags
    if story.label:
        item["_groundswell"] = {"source": story.source, "label": story.label}
    return item
