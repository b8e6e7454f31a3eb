"""/board as it is sent: a page without a number in it, and one script made of small files."""

import re
from base64 import b64encode
from hashlib import sha256, sha384
from pathlib import Path

import httpx

from services import query as package
from services.query.pages.board import board_script
from shared.connection import Client
from shared.html import COMMON
from tests.published import SITE, article, catalogue, query

FOLDER = Path(package.__file__).parent / "pages"


async def page_of(redis_url: str, **settings: object) -> httpx.Response:
    async with query(redis_url, **settings) as (_, client):
        return await client.get("/board?section=World&list=what-is-not&wall")


async def test_the_page_holds_no_number_so_it_needs_no_key(redis: Client, redis_url: str) -> None:
    await catalogue(redis, article("a", title="Advisers leave"))

    answer = await page_of(redis_url, newsroom_key="kept-out-of-it")

    assert answer.status_code == 200
    assert "Advisers leave" not in answer.text
    assert "kept-out-of-it" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "set-cookie" not in answer.headers


async def test_the_page_runs_one_script_of_ours_and_nothing_else(redis_url: str) -> None:
    async with query(redis_url) as (_, client):
        answer = await client.get("/board")
        tags = re.findall(r"<script\b[^>]*>", answer.text)
        source = re.search(r'src="([^"]+)" integrity="([^"]+)"', tags[0])
        assert source is not None
        script = await client.get(f"/{source[1]}")

    policy = answer.headers["content-security-policy"]
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style is not None
    assert f"style-src 'sha256-{b64encode(sha256(style[1].encode()).digest()).decode()}'" in policy
    assert "script-src 'self';" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert len(tags) == 1
    assert source[2] == "sha384-" + b64encode(sha384(script.content).digest()).decode()
    assert "immutable" in script.headers["cache-control"]
    assert not re.search(r"\b(style|on[a-z]+)=", answer.text)


async def test_the_page_knows_whether_there_is_a_key_to_ask_for(redis_url: str) -> None:
    for settings, access in (
        ({}, "closed"),
        ({"newsroom_key": " , "}, "closed"),
        ({"newsroom_key": "key"}, "key"),
        ({"board": "public", "newsroom_key": "key"}, "public"),
    ):
        assert f'data-access="{access}"' in (await page_of(redis_url, **settings)).text


async def test_every_site_can_be_chosen_and_one_alone_is_no_choice(redis_url: str) -> None:
    one = await page_of(redis_url)
    two = await page_of(redis_url, site=(SITE, "other.example"))

    assert "<label hidden>" in one.text
    assert f"<option>{SITE}</option><option>other.example</option>" in two.text
    assert "<label hidden>" not in two.text


def test_every_file_of_the_script_is_in_it() -> None:
    files = [*(FOLDER / "scripts" / "board").iterdir(), *(COMMON / "scripts").iterdir()]
    body = board_script().body.decode()

    assert files
    for file in files:
        # Of each file the longest name it defines, which stays what it is when minified.
        names = re.findall(r"^(?:async )?function (\w+)|^const (\w+)", file.read_text(), re.MULTILINE)
        name = max((first or second for first, second in names), key=len)
        assert re.search(rf"(function|const) {name}\b", body), file.name


def test_the_board_wears_the_colours_of_the_other_pages() -> None:
    def palette(sheet: Path) -> list[str]:
        return re.findall(r"--[a-z]+: #[0-9a-f]{6}", sheet.read_text())

    assert palette(COMMON / "newsroom.css") == palette(FOLDER / "templates" / "look.css")
