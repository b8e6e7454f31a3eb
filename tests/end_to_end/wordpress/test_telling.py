"""What the desk is told of posts, and what happens while it cannot be told."""

from html import unescape

import pytest

from services.desk.catalogue import put_articles
from shared.article import Article
from shared.connection import Client
from tests.desks import SITE, aliases, desk_at
from tests.end_to_end.wordpress.editing import (
    PAGE,
    browser,
    category,
    change,
    change_setting,
    configure,
    login,
    page,
    php,
    post,
    queue,
    stored,
)
from tests.end_to_end.wordpress.installation import WordPressSite
from tests.listening import served


async def test_what_is_published_is_told_with_all_that_an_article_has(site: WordPressSite, redis: Client):
    post_id = await post(
        site,
        post_title="Tom &amp; Jerry <em>again</em>",
        tags_input=["Cuba"],
        post_category=[await category(site, "World & Abroad")],
    )
    await site.cron()

    found = await stored(redis, post_id)
    assert found is not None
    assert found.model_dump(mode="json", exclude_none=True) == {
        "id": str(post_id),
        "url": f"{site.url}/2026/02/tom-jerry-again/",
        "title": "Tom & Jerry again",
        "summary": "They leave. All of them.",
        "published_at": "2026-02-21T17:09:00Z",
        "section": "World & Abroad",
        "tags": ["World & Abroad", "Cuba"],
        "authors": ["editor"],
        "aliases": [f"/%3Fp%3D{post_id}"],
    }
    assert await aliases(redis) == dict.fromkeys(
        [f"/%3Fp%3D{post_id}", "/2026/02/tom-jerry-again"], str(post_id)
    )
    assert await queue(site) == {}


async def test_words_and_pictures_are_told_as_plain_text_and_addresses(site: WordPressSite, redis: Client):
    post_id = await post(
        site,
        post_title="a < b\u0007 " + "x" * 400,
        post_content="<!-- wp:paragraph --><p>One<br>two [gallery] <b>th</b>ree</p>",
    )
    picture = {"post_mime_type": "image/jpeg", "post_title": "a"}
    attached = f"wp_insert_attachment({php(picture)}, 'a.jpg', {post_id})"
    await site.php(f"set_post_thumbnail({post_id}, {attached});")
    await site.cron()

    found = await stored(redis, post_id)
    assert found is not None
    assert found.title == "a < b " + "x" * 293 + "…"
    assert found.summary == "One two three"
    assert found.image_url == found.thumbnail_url == f"{site.url}/wp-content/uploads/a.jpg"


async def test_what_stands_behind_a_password_is_not_told(site: WordPressSite, redis: Client):
    post_id = await post(site, post_password="secret", post_excerpt="Not for everybody")
    await site.cron()

    found = await stored(redis, post_id)
    assert found is not None
    assert found.summary == ""


async def test_a_change_is_told(site: WordPressSite, redis: Client):
    post_id = await post(site)
    await site.cron()
    await change(site, post_id, post_title="Changed")
    await site.cron()

    found = await stored(redis, post_id)
    assert found is not None
    assert found.title == "Changed"


async def test_a_changed_slug_keeps_the_old_one_as_a_name(site: WordPressSite, redis: Client):
    post_id = await post(site, post_name="old")
    await change(site, post_id, post_name="new")
    await site.cron()

    known = await aliases(redis)
    assert known["/2026/02/old"] == known["/2026/02/new"] == str(post_id)


async def test_a_slug_that_another_post_has_by_now_keeps_none_from_being_told(
    site: WordPressSite, redis: Client
):
    first = await post(site, post_name="slug")
    await change(site, first, post_name="elsewhere")
    second = await post(site, post_name="slug")
    await site.cron()
    await change(site, first, post_title="First again", post_name="elsewhere-again")
    await site.cron()

    assert await queue(site) == {}
    found = [await stored(redis, post_id) for post_id in (first, second)]
    assert [one.title for one in found if one] == ["First again", "Cuban advisers leave"]


@pytest.mark.parametrize(
    "how",
    [
        "wp_trash_post(%d);",
        "wp_update_post(array('ID' => %d, 'post_status' => 'private'));",
        "wp_delete_post(%d, true);",
    ],
)
async def test_what_is_published_no_more_leaves_the_catalogue(site: WordPressSite, redis: Client, how: str):
    post_id = await post(site)
    await site.cron()
    assert await stored(redis, post_id)

    await site.php(how % post_id)
    await site.cron()

    assert await stored(redis, post_id) is None
    assert await queue(site) == {}


async def test_drafts_and_pages_are_nobodys_business(site: WordPressSite):
    draft = await post(site, post_status="draft")
    await post(site, post_type="page")
    await site.php(f"wp_delete_post({draft}, true);")

    assert await queue(site) == {}


async def test_an_article_that_the_feed_brought_first_keeps_its_id(site: WordPressSite, redis: Client):
    post_id = await post(site, post_name="story")
    from_feed = {
        "id": "/2026/02/story",
        "url": f"{site.url}/2026/02/story/",
        "title": "From the feed",
        "published_at": "2026-02-21T17:09:00Z",
        "aliases": [str(post_id), "older"],
    }
    await put_articles(redis, SITE, [Article.model_validate(from_feed)])
    await site.cron()

    found = await stored(redis, "/2026/02/story")
    assert found is not None
    assert found.title == "Cuban advisers leave"
    names = [str(post_id), f"/%3Fp%3D{post_id}", "older"]
    assert await aliases(redis) == dict.fromkeys(names, "/2026/02/story")

    await site.php(f"wp_trash_post({post_id});")
    await site.cron()

    assert await stored(redis, "/2026/02/story") is None


async def test_a_desk_that_is_away_is_told_later_and_the_settings_page_says_so(
    installed: WordPressSite, redis_url: str, redis: Client
):
    site = installed
    async with desk_at(redis_url) as service:
        async with served(service.app) as gone:
            await configure(site, gone)
        post_id = await post(site, post_title="<b>Waits</b>")
        await site.cron()

        entry = (await queue(site))[str(post_id)]
        assert (entry["action"], entry["tries"]) == ("put", 1)
        assert entry["after"] > await site.php("return time();")
        assert await site.php("return wp_next_scheduled('groundswell_send');") == entry["after"]
        cookies = await login(site, "administrator")
        html = await page(site, PAGE, cookies)
        assert f"{post_id} &lt;b&gt;Waits&lt;/b&gt;" in html
        assert entry["error"] in unescape(html)

        async with served(service.app) as back, browser(site, cookies) as client:
            await change_setting(site, "desk", f"http://127.0.0.1:{back.port}")
            _, _, form = html.partition('value="groundswell_retry"')
            nonce = form.partition('name="_wpnonce" value="')[2].partition('"')[0]
            pressed = {"action": "groundswell_retry", "_wpnonce": nonce}
            answer = await client.post("/wp-admin/admin-post.php", data=pressed)

        assert "it knows all that was published" in answer.text
        assert await stored(redis, post_id)
        assert await queue(site) == {}


async def test_a_wrong_key_is_told_in_words(site: WordPressSite):
    await change_setting(site, "desk_key", "wrong")
    post_id = await post(site)
    await site.cron()

    error = (await queue(site))[str(post_id)]["error"]
    assert error == "The desk answers 401. This endpoint takes a bearer key."


async def test_a_post_that_changes_while_it_is_told_is_told_again(site: WordPressSite):
    post_id = await post(site)

    left = await site.php(
        f"$queue = groundswell_queue(); $sent = $queue[{post_id}];"
        f"wp_update_post(array('ID' => {post_id}, 'post_title' => 'Changed meanwhile'));"
        f"groundswell_note({post_id}, $sent, ''); return count(groundswell_queue());"
    )

    assert left == 1


async def test_without_a_desk_nothing_waits(site: WordPressSite):
    await change_setting(site, "desk", "")
    await post(site)

    assert await queue(site) == {}


async def test_nothing_is_left_behind(site: WordPressSite):
    await post(site)

    left = await site.php(
        "define('WP_UNINSTALL_PLUGIN', 'groundswell/groundswell.php');"
        "require WP_PLUGIN_DIR . '/groundswell/uninstall.php';"
        "return array(get_option('groundswell_settings'), get_option('groundswell_queue'),"
        " wp_next_scheduled('groundswell_send'));"
    )

    assert left == [False, False, False]
