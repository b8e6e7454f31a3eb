"""The files of seeds/: nine articles, and where in the day before seeding each of their readings falls."""

import json
from hashlib import blake2b
from importlib.resources import files
from typing import Any

from shared.article import Article
from shared.entry import View


def articles(site: str) -> list[Article]:
    """Return the seeded articles, with their addresses on the site."""
    return [
        Article(url=f"https://{site}{fields['id']}", **fields)
        for fields in _read("catalogue.json")["articles"]
    ]


def views(site: str, seeded_ms: int) -> list[View]:
    """Return the seeded views, in order of time, of a database first seeded at that moment.

    Every one is another visitor's, so none is ever a duplicate, and always the
    same one's, so seeding again finds them where they were.
    """
    found = []
    for article, groups in _read("views.json")["groups"].items():
        for late, early, count in groups:
            for n in range(count):
                minutes = late + (n + 0.5) * (early - late) / count
                at = seeded_ms - round(minutes * 60_000)
                name = f"{site} {article} {late} {n}".encode()
                visitor = int.from_bytes(blake2b(name, digest_size=8, person=b"seeds").digest())
                found.append(View(site, article, at, at, visitor))
    return sorted(found, key=lambda view: view.occurred_ms)


def expected() -> dict[str, Any]:
    """Return `views` of each article and the ids of `trending`, as they are once the seeds are counted."""
    return _read("expected.json")


def _read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(files("seeds").joinpath(name).read_text("utf-8"))
    return document
