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


def entry_id(story: RankedStory) -> str:
    """Return what names the entry of an article; in a labelled slot it is an entry of its own.

    A reader that has the article already would not show the label otherwise.
    """
    return f"{story.id}#{story.source}" if story.label else story.id


def headline(story: RankedStory) -> str:
    """Return the title of an article; in a slot behind its label, for readers show little else."""
    return f"{story.label}: {story.title}" if story.label else story.title


def topics(story: RankedStory) -> list[str]:
    """Return the label, the section and the tags of an article, each once."""
    return list(dict.fromkeys([*filter(None, (story.label, story.section)), *story.tags]))
