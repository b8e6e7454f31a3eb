"""Overrides and corrections, described for the desk's /openapi.json."""

from services.desk.answers import Changed
from services.desk.correction.reading import CorrectionAnswer, CorrectionRequest
from services.desk.openapi import ALWAYS, BODY, CURL, ID, QUERY, SENDS_JSON, SITE
from services.desk.overrides.answers import OverridesAnswer
from services.desk.overrides.reading import OverrideRequest
from shared.hours import DAY
from shared.openapi import Operation, Parameter
from shared.override import LAST_POSITION, LEAST_FACTOR, LONGEST, MOST_FACTOR
from shared.problem import Kind

_SAID = {"type": "string", "minLength": 1}

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        method="put",
        path="/v1/override",
        summary="Pin, ban, boost or sponsor an article",
        description=(
            f"`pin` sets it at rank `position` (1-{LAST_POSITION}) on trending, `ban` takes it off every "
            f"list, `boost` multiplies its weights on trending and rising by `factor` ({LEAST_FACTOR:g}-"
            f"{MOST_FACTOR:g}), `sponsor` shows it at place `position` with a `label`, outside the ranking. "
            "An article has one override, a new one takes its place. It ends by itself at `until`, at most "
            f"{LONGEST // DAY} days ahead."
        ),
        request=OverrideRequest,
        response=Changed,
        problems=(*ALWAYS, *BODY, Kind.UNKNOWN_ARTICLE, Kind.POSITION_TAKEN, Kind.TOO_MANY_OVERRIDES),
        key="desk",
        example=(
            f"{SENDS_JSON} -X PUT $URL/v1/override -d '"
            '{"site": "news.example", "id": "cuban-advisers", "action": "pin", "position": 1, '
            '"until": "2026-02-22T06:00:00Z", "by": "A. Editor", "reason": "The story of the day"}\''
        ),
    ),
    Operation(
        method="delete",
        path="/v1/override",
        summary="Take the override of an article away",
        parameters=(
            SITE,
            ID,
            Parameter("by", "Who takes it away.", {**_SAID, "maxLength": 100}, required=True),
            Parameter("reason", "Why.", {**_SAID, "maxLength": 500}),
        ),
        response=Changed,
        problems=(*ALWAYS, *QUERY, Kind.UNKNOWN_OVERRIDE),
        key="desk",
        example=f'{CURL} -X DELETE "$URL/v1/override?site=news.example&id=cuban-advisers&by=A.%20Editor"',
    ),
    Operation(
        method="get",
        path="/v1/overrides",
        summary="The overrides that are in force",
        parameters=(SITE,),
        response=OverridesAnswer,
        problems=(*ALWAYS, Kind.BAD_PARAMETER, Kind.UNKNOWN_PARAMETER, Kind.UNKNOWN_SITE),
        key="desk",
        example=f'{CURL} "$URL/v1/overrides?site=news.example"',
    ),
    Operation(
        method="post",
        path="/v1/article/correct",
        summary="Take the views of an attack out again",
        description=(
            "Out of the counts, hours, days and boards of an article, for whole hours of at most 8 days: all "
            "of them, all but `keep`, or as many as `views`, those first that stand out. Reader-days stay. "
            "The same `request` again takes nothing twice."
        ),
        request=CorrectionRequest,
        response=CorrectionAnswer,
        problems=(*ALWAYS, *BODY, Kind.UNKNOWN_ARTICLE, Kind.CORRECTION_REFUSED),
        key="desk",
        example=(
            f"{SENDS_JSON} $URL/v1/article/correct -d '"
            '{"site": "news.example", "id": "cuban-advisers", "from": "2026-02-21T17:00:00Z", '
            '"to": "2026-02-21T19:00:00Z", "keep": 120, "by": "A. Editor", "reason": "A botnet"}\''
        ),
    ),
)
