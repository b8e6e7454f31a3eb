"""GET /embed/trending: a list as a page for a frame."""

import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from services.query.answers import Answers
from services.query.models import RankedStory
from services.query.pages.ap_time import ap_time
from services.query.parameters import one_of, wrong
from services.query.ranked.question import PARAMETERS as ASKED
from services.query.ranked.question import read_question
from services.query.ranked.trending import Trending, cache_of
from shared.answer import Answer
from shared.catalogue import Catalogue
from shared.html import Html
from shared.http import HTML, Request, Response
from shared.settings import Settings

OWN = ("script", "layout", "show", "target", "via", "lang")
PARAMETERS = (*ASKED, *OWN)

SCRIPT = ("on", "off")
LAYOUT = ("list", "cards")
TARGET = ("_top", "_blank", "_parent")
SHOW = ("rank", "thumbnail", "section", "time", "summary", "views", "movement")
_SHOWN = ("rank", "views", "movement")

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_VIA = re.compile(r"[\w.-]{0,40}", re.ASCII)


class Embed:
    """Answers with a list as a page, kept fresh by the widget or without any script."""

    def __init__(self, settings: Settings, catalogue: Catalogue, trending: Trending, html: Html) -> None:
        self._sites = settings.sites
        self._catalogue = catalogue
        self._trending = trending
        self._alive = html.page("embed.html", "embed.css", scripts=True, pictures=True, framed=True)
        self._still = html.page("embed.html", "embed.css", pictures=True, framed=True)
        self._answers = Answers()

    async def answer(self, request: Request) -> Response:
        """Answer one request. Raises Problem, and what redis-py raises without any data."""
        return await self._answers.reply(request, self._make)

    async def _make(self, request: Request) -> Answer:
        question = read_question(request, self._catalogue, OWN)
        given = request.parameters(PARAMETERS)
        alive = one_of(given, "script", dict.fromkeys(SCRIPT)) != "off"
        found = await self._trending.ranked(question)
        zone = ZoneInfo(self._sites[question.site].time_zone)
        lang = given.get("lang", "en")
        if not _LANGUAGE.fullmatch(lang):
            raise wrong("lang", f"a language such as en or pt-BR, not {lang[:20]!r}")
        via = given.get("via", "")
        if not _VIA.fullmatch(via):
            raise wrong("via", f"at most 40 of A-Z a-z 0-9 . _ -, not {via[:20]!r}")
        page = self._alive if alive else self._still
        body = page.render(
            alive=alive,
            site=question.site,
            asked={**{name: given[name] for name in ASKED if name in given}, "limit": question.limit},
            layout=one_of(given, "layout", dict.fromkeys(LAYOUT)) or "list",
            show=_shown(given),
            target=one_of(given, "target", dict.fromkeys(TARGET)) or "_top",
            via=via,
            lang=lang,
            stories=[(story, _time(story, zone)) for story in found.data],
            # Without a list of an hour ago everything would be new, which says nothing.
            compared=any(story.movement is not None for story in found.data if story.source != "pinned"),
        )
        return Answer.of(body, (*page.headers, *cache_of(found)), content_type=HTML)


def _shown(given: Mapping[str, str]) -> tuple[str, ...]:
    words = given.get("show")
    if words is None:
        return _SHOWN
    unknown = [word for word in words.split() if word not in SHOW]
    if unknown:
        raise wrong("show", f"words out of {', '.join(SHOW)}, not {unknown[0][:20]!r}")
    return tuple(word for word in SHOW if word in words.split())


def _time(story: RankedStory, zone: ZoneInfo) -> str:
    return ap_time(story.published_at.astimezone(zone))
