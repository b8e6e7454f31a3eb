"""What readers and strangers reach: the address, and what stands open there."""

from collections.abc import AsyncIterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from services.cli.doctor.case import Case
from services.cli.doctor.finding import Finding, ok, warning
from shared.settings import Settings


async def public_url(case: Case) -> AsyncIterator[Finding]:
    """Look at the address that is in every tag and link."""
    url = case.settings.public_url
    if url is None or _is_local(urlsplit(url).hostname):
        if _is_local(case.settings.host):
            yield ok("public-url", "only this machine is to reach it: pages elsewhere need --public-url")
            return
        yield warning(
            "public-url",
            f"it listens on {case.settings.host}, and links lead to {url or 'no address at all'}",
            "give --public-url https://..., the address at which readers reach it",
        )
    elif not url.startswith("https:"):
        yield warning(
            "public-url",
            f"{url} is not encrypted: browsers keep pages on https from using it",
            "put a proxy with a certificate in front, and give --public-url https://...",
        )
    else:
        yield ok("public-url", url)


async def public_pages(case: Case) -> AsyncIterator[Finding]:
    """Look for pages that are open to everybody and may not be meant to be."""
    settings = case.settings
    if not _is_exposed(settings):
        yield ok("public-pages", "nobody but this machine reaches its pages")
        return
    if settings.board == "public":
        yield warning(
            "public-pages",
            "everybody can read the newsroom's board, competitors too",
            'board = "newsroom" has it ask for its key',
        )
    if settings.demo_pages:
        yield warning(
            "public-pages",
            "/demo/ shows the catalogue as a news site to everybody",
            "demo_pages = false, or GROUNDSWELL_DEMO_PAGES=false, once the pages of the site count",
        )
    if settings.board != "public" and not settings.demo_pages:
        yield ok("public-pages", "the board asks for its key, and there are no demo pages")


def _is_exposed(settings: Settings) -> bool:
    """Return whether others than this machine reach the public port, as far as the settings tell."""
    behind_a_proxy = settings.public_url is not None and not _is_local(urlsplit(settings.public_url).hostname)
    return behind_a_proxy or not _is_local(settings.host)


def _is_local(host: str | None) -> bool:
    if host is None or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
