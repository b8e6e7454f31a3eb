"""What editors and readers do in a WordPress, and what the desk then knows."""

import json
from base64 import b64encode
from typing import Any

import httpx

from shared import keys
from shared.article import Article
from shared.connection import Client
from tests.desks import KEY, SITE
from tests.end_to_end.wordpress.installation import WordPressSite
from tests.listening import Served

SERVICE = "https://stats.news.example"
SECRET = "a secret of the tokens"
PAGE = "/wp-admin/options-general.php?page=groundswell"

_ANEW = """
update_option('groundswell_settings', %s);
update_option('timezone_string', 'America/New_York');
foreach (get_posts(array('numberposts' => -1, 'post_type' => 'any', 'post_status' => 'any')) as $post) {
    wp_delete_post($post->ID, true);
}
$GLOBALS['wp_rewrite']->set_permalink_structure('/%%year%%/%%monthnum%%/%%postname%%/');
flush_rewrite_rules();
delete_option('groundswell_queue');
"""

_LOGIN = """
$name = %s;
$id = username_exists($name) ?: wp_insert_user(array(
    'user_login' => $name, 'user_pass' => 'x', 'role' => $name, 'user_email' => "$name@news.example",
));
$until = time() + 3600;
$token = WP_Session_Tokens::get_instance($id)->create($until);
return array(
    AUTH_COOKIE => wp_generate_auth_cookie($id, $until, 'auth', $token),
    LOGGED_IN_COOKIE => wp_generate_auth_cookie($id, $until, 'logged_in', $token),
);
"""

_CATEGORY = "$t = term_exists(%s, 'category') ?: wp_insert_term(%s, 'category'); return (int) $t['term_id'];"


def php(value: object) -> str:
    """Return a value as PHP reads it."""
    return f"json_decode(base64_decode('{b64encode(json.dumps(value).encode()).decode()}'), true)"


async def configure(site: WordPressSite, desk: Served) -> None:
    """Begin anew: set the plugin up, delete every post, and forget what the desk was to be told."""
    settings = {
        "service": SERVICE,
        "site": SITE,
        "desk": f"http://127.0.0.1:{desk.port}",
        "desk_key": KEY,
        "token_secret": SECRET,
    }
    await site.php(_ANEW % php(settings))


async def change_setting(site: WordPressSite, name: str, value: str) -> None:
    """Change one setting of the plugin."""
    code = "$s = get_option('groundswell_settings'); $s[%s] = %s; update_option('groundswell_settings', $s);"
    await site.php(code % (php(name), php(value)))


async def post(site: WordPressSite, **given: Any) -> int:
    """Put a post in, published unless it is said otherwise, and return its number."""
    fields = {
        "post_title": "Cuban advisers leave",
        "post_content": "<p>They leave.</p><p>All of them.</p>",
        "post_status": "publish",
        "post_author": 1,
        "post_date": "2026-02-21 12:09:00",
        **given,
    }
    return int(await site.php(f"return wp_insert_post({php(fields)}, true);"))


async def change(site: WordPressSite, post_id: int, **given: Any) -> None:
    """Change a post."""
    await site.php(f"wp_update_post({php({'ID': post_id, **given})});")


async def category(site: WordPressSite, name: str) -> int:
    """Return the number of a category."""
    return int(await site.php(_CATEGORY % (php(name), php(name))))


async def login(site: WordPressSite, role: str) -> dict[str, str]:
    """Return the cookies of somebody of a role."""
    return dict(await site.php(_LOGIN % php(role)))


def browser(site: WordPressSite, cookies: dict[str, str] | None = None) -> httpx.AsyncClient:
    """Return somebody's browser."""
    return httpx.AsyncClient(base_url=site.url, cookies=cookies, timeout=60, follow_redirects=True)


async def page(site: WordPressSite, path: str, cookies: dict[str, str] | None = None) -> str:
    """Return a page as somebody sees it."""
    async with browser(site, cookies) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text[:2_000]
    return answer.text


async def queue(site: WordPressSite) -> dict[str, dict[str, Any]]:
    """Return what the desk is still to be told, by the number of the post."""
    return dict(await site.php("return groundswell_queue();") or {})


async def stored(redis: Client, article_id: str | int) -> Article | None:
    """Return an article of the catalogue."""
    fields = await redis.hgetall(keys.article(SITE, str(article_id)))
    return Article.from_hash(fields) if fields else None
