"""The settings page: what it shows, what it saves, and for whom."""

import re
from html import unescape

from tests.desks import KEY, SITE
from tests.end_to_end.wordpress.editing import PAGE, SECRET, SERVICE, browser, login, page
from tests.end_to_end.wordpress.installation import WordPressSite

HIDDEN = re.compile(r"""<input type=["']hidden["'][^>]*?name=["']([\w_]+)["'] value=["']([^"']*)["']""")

GIVEN = {
    "groundswell_settings[service]": "https://other.example/",
    "groundswell_settings[site]": "No Site!",
    "groundswell_settings[desk]": "javascript:alert(1)",
    "groundswell_settings[desk_key]": "",
    "groundswell_settings[token_secret]": "another secret",
}


async def saved(site: WordPressSite) -> dict[str, str]:
    return dict(await site.php("return get_option('groundswell_settings');"))


async def form(site: WordPressSite, cookies: dict[str, str]) -> dict[str, str]:
    """Return what the form carries unseen, such as its nonce."""
    html = await page(site, PAGE, cookies)
    settings, _, _ = html.partition('action="options.php"')[2].partition("</form>")
    return {name: unescape(value) for name, value in HIDDEN.findall(settings)}


async def test_no_secret_is_ever_shown(site: WordPressSite):
    html = await page(site, PAGE, await login(site, "administrator"))

    assert SERVICE in html
    assert SECRET not in html
    assert KEY not in html


async def test_what_is_right_is_saved_and_of_what_is_wrong_the_old_value_stays(site: WordPressSite):
    before, cookies = await saved(site), await login(site, "administrator")
    sent = {**await form(site, cookies), **GIVEN}
    async with browser(site, cookies) as client:
        answer = await client.post("/wp-admin/options.php", data=sent)

    assert answer.status_code == 200
    assert "Site: this cannot be used" in answer.text
    assert "Desk address: this cannot be used" in answer.text
    assert await saved(site) == {
        "service": "https://other.example",
        "site": SITE,
        "token_secret": "another secret",
        "desk": before["desk"],
        "desk_key": KEY,
    }


async def test_a_secret_can_be_removed(site: WordPressSite):
    cookies = await login(site, "administrator")
    sent = {**await form(site, cookies), "groundswell_settings[desk_key_remove]": "1"}
    async with browser(site, cookies) as client:
        await client.post("/wp-admin/options.php", data=sent)

    assert (await saved(site))["desk_key"] == ""
    assert (await saved(site))["token_secret"] == SECRET


async def test_nothing_is_saved_without_the_nonce_or_the_capability(site: WordPressSite):
    before, cookies = await saved(site), await login(site, "administrator")
    sent = {**await form(site, cookies), **GIVEN}
    async with browser(site, cookies) as client:
        forged = await client.post("/wp-admin/options.php", data={**sent, "_wpnonce": "wrong"})
        retried = await client.post("/wp-admin/admin-post.php", data={"action": "groundswell_retry"})
    async with browser(site, await login(site, "contributor")) as client:
        refused = [
            await client.get(PAGE),
            await client.post("/wp-admin/options.php", data=sent),
            await client.post("/wp-admin/admin-post.php", data={"action": "groundswell_retry"}),
        ]

    assert [answer.status_code for answer in (forged, retried, *refused)] == [403] * 5
    assert await saved(site) == before
