"""The blocks in the editor of a real WordPress, in a real browser."""

from playwright.async_api import Browser

from tests.end_to_end.wordpress.editing import login, page, post
from tests.end_to_end.wordpress.installation import WordPressSite
from tests.end_to_end.wordpress.test_pages import ELEMENTS

INSERT = """() => {
    const { createBlock } = wp.blocks;
    wp.data.dispatch("core/block-editor").insertBlocks([
        createBlock("groundswell/trending", { limit: 3 }), createBlock("groundswell/views"),
    ]);
}"""
CONTENT = 'wp.data.select("core/editor").getEditedPostContent()'
SAVED = '!wp.data.select("core/editor").isEditedPostDirty() && !wp.data.select("core/editor").isSavingPost()'


async def test_both_blocks_are_inserted_set_and_saved(site: WordPressSite, browser: Browser):
    post_id = await post(site, post_content="")
    cookies = await login(site, "administrator")
    context = await browser.new_context(viewport={"width": 1600, "height": 1000})
    await context.add_cookies([{"name": n, "value": v, "url": site.url} for n, v in cookies.items()])
    tab = await context.new_page()
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    await tab.goto(f"{site.url}/wp-admin/post.php?post={post_id}&action=edit")
    await tab.wait_for_function('window.wp?.blocks?.getBlockType("groundswell/views")')

    await tab.evaluate(INSERT)
    await tab.get_by_text("What readers read now appears here").first.wait_for()
    await tab.get_by_text("How often the post was read appears here").first.wait_for()
    await tab.evaluate(
        'wp.data.dispatch("core/block-editor").selectBlock(wp.data.select("core/block-editor").getBlocks()[0].clientId)'
    )
    await tab.get_by_label("Only this section").fill("World")
    await tab.wait_for_function(f'{CONTENT}.includes(\'"section":"World"\')')
    await tab.evaluate('wp.data.dispatch("core/editor").savePost()')
    await tab.wait_for_function(SAVED)
    await context.close()

    shown = ELEMENTS.findall(await page(site, f"/?p={post_id}"))
    assert [tag.partition(" ")[0] for tag in shown] == ["<trending-list", "<view-count"]
    assert all(f' {said}="' in shown[0] for said in ("limit", "section"))
    assert errors == []
