"""`groundswell evaluate`: how well the lists would have served, beside other rankings."""

import json as encoding
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from services.cli.evaluate import chart, tables, trace
from services.cli.evaluate.alarms import Alarms, watch
from services.cli.evaluate.attention import Attention
from services.cli.evaluate.measures import Measured, measure
from services.cli.evaluate.newsroom import Newsroom, Plan
from services.cli.evaluate.promises import Promise, promises
from services.cli.evaluate.rankings import RANKINGS
from services.cli.trouble import Trouble

SEED = 7
_SERVED = frozenset({"trending", "rising"})


@dataclass(frozen=True)
class Evaluation:
    """What was found; of a made-up newsroom also what rising said."""

    attention: Attention
    seed: int
    measured: dict[str, Measured]
    alarms: Alarms | None = None

    @property
    def promises(self) -> Sequence[Promise]:
        """What rising must do; nothing on a real trace, whose truth nobody knows."""
        return [] if self.alarms is None else list(promises(self.alarms))

    def document(self) -> dict[str, object]:
        """Return it for programs."""
        formulas = {ranking.name: ranking.formula for ranking in RANKINGS}
        found: dict[str, object] = {
            "name": self.attention.name,
            "seed": self.seed,
            "articles": len(self.attention.published),
            "rankings": {
                name: {"formula": formulas[name], **asdict(one)} for name, one in self.measured.items()
            },
        }
        if self.alarms is not None:
            found["rising"] = {
                "breaking": self.alarms.breaking,
                "found": len(self.alarms.delays),
                "delay": self.alarms.delay,
                "evergreens": self.alarms.evergreens,
                "false": self.alarms.share(),
                "false_in_the_morning": self.alarms.share(self.alarms.mornings),
                "false_after_the_outage": self.alarms.share(self.alarms.aftermath),
                "touched": self.alarms.touched_share,
                "kept": all(promise.kept for promise in self.promises),
            }
        return found


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("evaluate")(evaluate)


def evaluate(
    *,
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help="Trace of real attention, CSV, plain or gzipped.")
    ] = None,
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="Evaluate on a made-up newsroom instead.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="What is drawn by chance.")] = SEED,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
    svg: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE", help="Write what was captured as a chart.")
    ] = None,
) -> None:
    """Compare our rankings with others, on real attention or on a made-up newsroom.

    On a made-up newsroom the truth is known, so it also says whether `rising`
    keeps its promises, and ends with 1 when it does not. It takes about half
    a minute, and needs no server.
    """
    if (path is None) != synthetic:
        raise Trouble("PATH: give a trace, or --synthetic for a made-up newsroom, and not both")
    found = on_newsroom(Plan(seed=seed)) if path is None else on_trace(path, seed)
    if svg is not None:
        _write(svg, chart.svg(found.attention.name, found.measured, _SERVED))
    if json:
        typer.echo(encoding.dumps(found.document()))
    else:
        _print(found)
    if not all(promise.kept for promise in found.promises):
        raise typer.Exit(1)


def on_trace(path: Path, seed: int) -> Evaluation:
    """Return how the rankings did on a trace. Raises Trouble."""
    attention = trace.read(path, seed)
    return Evaluation(attention, seed, measure(attention, RANKINGS))


def on_newsroom(plan: Plan) -> Evaluation:
    """Return how the rankings did in a made-up newsroom, and what rising said."""
    newsroom = Newsroom.draw(plan)
    # Both look at the same minutes; a plan of three days has them in 40 MB.
    minutes = list(newsroom.minutes())
    stories = newsroom.stories.values()
    attention = Attention.of_minutes(
        f"a made-up newsroom of {plan.views_per_second:g} views a second",
        minutes,
        published={story.id: story.published for story in stories},
        breaking={story.id: story.breaks for story in stories if story.breaks is not None},
        warm_up=plan.judged_from - minutes[0][0],
    )
    return Evaluation(attention, plan.seed, measure(attention, RANKINGS), watch(newsroom, minutes))


def _print(found: Evaluation) -> None:
    console = Console()
    articles = f"{len(found.attention.published):,} articles"
    console.print(tables.rankings(f"{found.attention.name}: {articles}", found.measured, _SERVED))
    if found.alarms is not None:
        console.print(tables.promised("Minute by minute", found.promises))
        touched = f"{found.alarms.touched_share:.3%}"
        console.print(f"In {touched} of the quiet article-hours the article was listed at all.", style="dim")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Trouble(f"svg: {path} cannot be written: {error.strerror}") from None
