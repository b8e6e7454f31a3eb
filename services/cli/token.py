"""`groundswell token`: the token of one article, to compare with what a page carries."""

from typing import Annotated

import typer

from services.cli import options
from services.cli.options import Config
from services.cli.trouble import Trouble
from shared.article_id import BadArticleId, normalise_id
from shared.token import token_of


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("token")(token)


def token(
    ctx: typer.Context,
    article: Annotated[str, typer.Argument(metavar="ID", show_default=False)],
    *,
    name: Annotated[
        str, typer.Option("--site", metavar="SITE", help="The site the article is of.", show_default=False)
    ],
    config: Config = None,
) -> None:
    """Print the token of an article.

    It is what the CMS puts into data-token beside data-article="ID". Of
    several secrets of the site the first is taken.
    """
    settings = options.settings(ctx)
    site = settings.sites[options.known_site(settings, name)]
    if not site.token_secret:
        raise Trouble(f'token_secret: none is set for {name}; put one into [sites."{name}"]')
    try:
        article_id = normalise_id(article)
    except BadArticleId as error:
        raise Trouble(f"id: {error}") from None
    typer.echo(token_of(site.token_secret[0], name, article_id))
