"""Whether it is known which sites are served."""

from collections.abc import AsyncIterator

from services.cli.doctor.case import Case
from services.cli.doctor.finding import Finding, ok, wrong


async def sites(case: Case) -> AsyncIterator[Finding]:
    """Tell which sites are configured."""
    names = list(case.settings.sites)
    if names:
        yield ok("sites", f"{len(names)}: {', '.join(names[:5])}{', ...' if len(names) > 5 else ''}")
    else:
        yield wrong(
            "sites",
            "no site is configured, and no service starts without one",
            "give --site SITE or a [sites] table in groundswell.toml; if the services have one, give doctor "
            "the settings that they have",
        )
