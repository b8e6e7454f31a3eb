"""The desk's own page as it is sent, and what its script asks."""

import re
from base64 import b64encode
from hashlib import sha256, sha384
from pathlib import Path

import httpx
import pytest

from services import desk as package
from services.desk.page.page import desk_script
from shared.connection import Client
from shared.html import COMMON
from tests.desks import QUERY_SITE, SITE, article, client_of, desk_at, put
from tests.overriding import wanted


async def test_the_page_needs_no_key_and_says_nothing(redis_url: str, desk: httpx.AsyncClient):
    await put(desk, "cuban-advisers")
    await desk.put("/v1/override", json=wanted("ban", "cuban-advisers"))
    del desk.headers["authorization"]

    answer = await desk.get(f"/?site={SITE}&id=cuban-advisers")

    assert answer.status_code == 200
    assert "cuban-advisers" not in answer.text
    assert "A. Editor" not in answer.text
    assert "desk-key" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "set-cookie" not in answer.headers


async def test_the_page_runs_one_script_of_its_own_and_nothing_else(desk: httpx.AsyncClient):
    del desk.headers["authorization"]
    answer = await desk.get("/")
    tags = re.findall(r"<script\b[^>]*>", answer.text)
    source = re.search(r'src="([^"]+)" integrity="([^"]+)"', tags[0])
    assert source is not None
    script = await desk.get(f"/{source[1]}")
    icon = await desk.get("/icon.svg")

    policy = answer.headers["content-security-policy"]
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style is not None
    assert f"style-src 'sha256-{b64encode(sha256(style[1].encode()).digest()).decode()}'" in policy
    for rule in (
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ):
        assert rule in policy
    assert "unsafe" not in policy
    assert len(tags) == 1
    assert source[2] == "sha384-" + b64encode(sha384(script.content).digest()).decode()
    assert icon.headers["content-type"] == "image/svg+xml"
    assert not re.search(r"\b(style|on[a-z]+)=", answer.text)


async def test_no_other_page_may_read_it(desk: httpx.AsyncClient):
    for path in ("/", desk_script().hashed, f"/v1/overrides?site={SITE}"):
        answer = await desk.get(path, headers={"origin": "https://evil.example"})

        assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_the_page_takes_nothing_but_a_look(desk: httpx.AsyncClient):
    assert (await desk.post("/", content=b"x")).status_code == 405


@pytest.mark.parametrize(("key", "access"), [(None, "closed"), (" , ", "closed"), ("k", "key")])
async def test_the_page_knows_whether_there_is_a_key_to_ask_for(redis_url: str, key: str | None, access: str):
    async with desk_at(redis_url, desk_key=key) as service, client_of(service, {}) as client:
        assert f'data-access="{access}"' in (await client.get("/")).text


def test_every_file_of_the_script_is_in_it() -> None:
    folders = [COMMON / "scripts", Path(package.__file__).parent / "page" / "scripts"]
    body = desk_script().body.decode()

    for file in (file for folder in folders for file in folder.iterdir()):
        names = re.findall(r"^(?:async )?function (\w+)|^const (\w+)", file.read_text(), re.MULTILINE)
        name = max((first or second for first, second in names), key=len)
        assert re.search(rf"(function|const) {name}\b", body), file.name


async def test_an_article_is_found_by_the_address_of_its_page(desk: httpx.AsyncClient):
    await put(desk, "cuban-advisers", aliases=["123"])

    for asked in (
        {"url": "https://news.example/2026/02/cuban-advisers/?utm_source=x#top"},
        {"id": "123"},
        {"id": "cuban-advisers"},
    ):
        answer = await desk.get("/v1/article", params={"site": SITE, **asked})
        assert answer.json()["id"] == "cuban-advisers", asked


async def test_an_address_is_read_as_its_site_reads_addresses(desk: httpx.AsyncClient):
    await desk.put("/v1/article", json=article("/?p=7", site=QUERY_SITE, url=f"https://{QUERY_SITE}/?p=7"))

    answer = await desk.get(
        "/v1/article", params={"site": QUERY_SITE, "url": f"https://{QUERY_SITE}/?x=1&p=7"}
    )

    assert answer.json()["id"] == "/%3Fp%3D7"


@pytest.mark.parametrize(
    ("asked", "expected", "field"),
    [
        ({"id": "a", "url": "https://news.example/a"}, "400 bad-parameter", "id"),
        ({}, "400 bad-parameter", "id"),
        ({"url": "news.example/a"}, "422 bad-article-id", "url"),
        ({"url": "javascript:alert(1)"}, "422 bad-article-id", "url"),
    ],
)
async def test_an_article_is_asked_for_in_one_way(
    desk: httpx.AsyncClient, asked: dict[str, str], expected: str, field: str
):
    answer = await desk.get("/v1/article", params={"site": SITE, **asked})

    status, slug = expected.split()
    assert (answer.status_code, answer.headers["x-groundswell-reason"]) == (int(status), slug)
    assert answer.json()["field"] == field


async def test_overrides_are_listed_with_the_titles_of_their_articles(redis: Client, desk: httpx.AsyncClient):
    for one in ("cuban-advisers", "deleted"):
        await put(desk, one)
        await desk.put("/v1/override", json=wanted("ban", one))
    await desk.delete("/v1/article", params={"site": SITE, "id": "deleted"})

    listed = (await desk.get("/v1/overrides", params={"site": SITE})).json()["overrides"]

    assert {one["id"]: one.get("title") for one in listed} == {
        "cuban-advisers": "The story of cuban-advisers",
        "deleted": None,
    }
