"""The desk's page, described for its /openapi.json."""

from shared.openapi import Operation

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        method="get",
        path="/",
        summary="The desk's page: where the newsroom pins, bans, boosts and sponsors",
        description=(
            "The page shows nothing by itself and needs no key; it asks whoever opens it for the desk's key. "
            "`?site=` and `?id=` open it with an article filled in."
        ),
        response="text/html",
        example='curl "$URL/?site=news.example&id=cuban-advisers"',
    ),
    Operation(
        method="get",
        path="/icon.svg",
        summary="The icon of the page",
        response="image/svg+xml",
        example='curl "$URL/icon.svg"',
    ),
)
