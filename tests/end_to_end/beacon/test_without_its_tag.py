"""The script still works where a plugin delays it, combines it with others, or takes its tag away."""

import pytest
from playwright.async_api import Page

from tests.end_to_end.beacon.press import Press
from tests.serving import SITE

LATER = """<script>addEventListener("load", () => setTimeout(() => { %s }))</script>"""
RUN_TEXT = 'fetch("%s").then(a => a.text()).then(text => (0, eval)(text))'


async def script(press: Press) -> str:
    """Return the text of the beacon."""
    return (await press.serving.http.get("/beacon.v1.js")).text


@pytest.mark.parametrize(
    ("name", "type_"), [("data-src", "text/delayed"), ("data-rocket-src", "delayed"), ("src", "text/plain")]
)
async def test_a_tag_that_is_set_going_late_with_its_src_restored(
    press: Press, page: Page, name: str, type_: str
):
    article = f"late/{name}"
    delayed = f"""<script type="{type_}" {name}="{press.edge.url}/beacon.v1.js" data-site="{SITE}"
      data-article="{article}"></script>"""
    restore = """let old = document.querySelector("[data-site]"), tag = document.createElement("script");
      for (let {name, value} of old.attributes) if (name != "type") tag.setAttribute(name, value);
      tag.src = old.getAttribute("%s"); old.replaceWith(tag)"""

    await page.goto(press.site.page("", head=delayed + LATER % restore % name, path="/late"))

    await press.view(article)
    await press.nothing_more(page)
    assert len(press.edge.views(article)) == 1


async def test_a_tag_whose_src_is_not_restored(press: Press, page: Page):
    delayed = f"""<script type="text/delayed" data-src="{press.edge.url}/beacon.v1.js" data-site="{SITE}"
      data-article="not-restored" data-token="t-1"></script>"""
    run = RUN_TEXT % f"{press.edge.url}/beacon.v1.js"

    await page.goto(press.site.page("", head=delayed + LATER % run, path="/not-restored"))

    assert (await press.view("not-restored")).reading["token"] == "t-1"


async def test_a_script_that_ran_with_its_tag_in_place_but_unknown(press: Press, page: Page):
    tag = press.tag(data_article="unknown").replace("<script async", '<script type="text/inert"')
    run = RUN_TEXT % f"{press.edge.url}/beacon.v1.js"

    await page.goto(press.site.page("", head=tag + LATER % run, path="/unknown"))

    await press.view("unknown")


@pytest.mark.parametrize(
    "address", ["{edge}/beacon.v1.js", "/stats/beacon.v1.js", "/stats/beacon.v1.js?ver=6"]
)
async def test_a_bundle_with_a_meta_element_that_carries_what_the_tag_said(
    press: Press, page: Page, address: str
):
    article = address.replace("{edge}", "bundled").replace("?", "/")
    src = address.format(edge=press.edge.url)
    carrier = f'<meta data-site="{SITE}" data-article="{article}" data-src="{src}">'
    # One file before it that forgot its last semicolon, and one after it that begins with a bracket.
    before, after = "window.before = function () { return 1 }", "(function () { window.after = 1 })()"
    text = f"{before}\n{await script(press)}\n{after}"
    press.site.file("/bundle.js", text.encode(), {"content-type": "text/javascript"})
    press.site.page("", head=carrier + '<script src="/paper/bundle.js"></script>', path="/bundled")

    await page.goto(f"{press.edge.url}/paper/bundled")

    view = await press.view(article)
    assert view.path.startswith("/stats/") == src.startswith("/stats/")
    assert await page.evaluate("[typeof before, after]") == ["function", 1]


async def test_a_bundle_without_any_tag_leaves_the_rest_of_it_alone(press: Press, page: Page):
    text = f"window.before = 1\n{await script(press)}\nwindow.after = 1"
    press.site.file("/lost.js", text.encode(), {"content-type": "text/javascript"})
    before = len(press.edge.posted)

    await page.goto(press.site.page("", head='<script src="/lost.js"></script>', path="/lost"))

    assert await page.evaluate("[before, after, 'groundswell' in window]") == [1, 1, False]
    assert press.edge.posted[before:] == []


async def test_a_script_that_another_script_puts_in(press: Press, page: Page):
    put = f"""let tag = document.createElement("script")
      tag.src = "{press.edge.url}/beacon.v1.js?ver=6.4"
      tag.dataset.site = "{SITE}"
      tag.dataset.article = "put-in"
      document.head.append(tag)
      tag.remove()"""

    await page.goto(press.site.page("", head=LATER % put, path="/put-in"))

    await press.view("put-in")


async def test_a_module_that_imports_it(press: Press, page: Page):
    carrier = f'<meta data-site="{SITE}" data-article="imported" data-src="{press.edge.url}/beacon.v1.js">'
    imports = f'<script type="module">import "{press.edge.url}/beacon.v1.js"</script>'

    await page.goto(press.site.page("", head=carrier + imports, path="/imported"))

    await press.view("imported")


async def test_its_text_written_into_the_page(press: Press, page: Page):
    tag = f"""<script data-site="{SITE}" data-article="written-in" data-src="{press.edge.url}/beacon.v1.js">
      {await script(press)}</script>"""

    await page.goto(press.site.page("", head=tag, path="/written-in"))

    await press.view("written-in")
