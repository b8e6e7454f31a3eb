"""What a feed says of itself, whatever its format."""

from dataclasses import dataclass
from urllib.parse import quote

from services.query.models import RankedStory
from services.query.ranked.question import Question

_AS_IT_CAME = "%!$&'()*+,;=:@/?-._~"


@dataclass(frozen=True, slots=True)
class Channel:
    """The name of a list, and where it is found."""

    title: str
    about: str
    home: str
    """The address of the site."""
    address: str
    """The address of the feed itself."""

    @classmethod
    def of(cls, question: Question, address: str, query: bytes) -> "Channel":
        """Return the channel of a question; `address` is without the query string that was asked."""
        kind = question.kind.name.replace("-", " ").capitalize()
        narrowed = (question.window, question.section, question.tag, question.author)
        return cls(
            title=f"{question.site}: {', '.join([kind, *filter(None, narrowed)])}",
            about=f"What is read on {question.site}, in the order of the list.",
            home=f"https://{question.site}/",
            # A query string is read leniently, but an address is written by the rules.
            address=f"{address}?{quote(query, safe=_AS_IT_CAME)}",
        )


def topics(story: RankedStory) -> list[str]:
    """Return the section and the tags of an article, each once."""
    return list(dict.fromkeys([*([story.section] if story.section else []), *story.tags]))
