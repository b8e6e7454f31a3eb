"""The kinds of panel that the dashboards have, each with a sentence that says what it shows."""

from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from typing import TypeVar

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import prometheus, stat, statetimeline, timeseries
from grafana_foundation_sdk.builders.common import (
    GraphThresholdsStyleConfig,
    ReduceDataOptions,
    StackingConfig,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.models import common as kinds
from grafana_foundation_sdk.models import dashboard as model

SOURCE = model.DataSourceRef(type_val="prometheus", uid="${datasource}")
"""Whichever Prometheus the reader chose above the dashboard."""

GOOD, DOUBTFUL, BAD = "green", "orange", "red"

P = TypeVar("P", stat.Panel, timeseries.Panel, statetimeline.Panel)

Queries = Mapping[str, str]
"""Expressions by the name of what they bring, in which {{label}} is the value of a label."""


def number(
    title: str,
    description: str,
    queries: Queries,
    *,
    unit: str,
    steps: Sequence[float] = (),
    alerts: Sequence[str] = (),
    width: int = 4,
    height: int = 6,
    decimals: int | None = None,
    zero: float | None = 0,
) -> stat.Panel:
    """Return a panel of large numbers, as they are now.

    `steps` are where it turns doubtful and bad, or bad alone; two that fall are
    where it does as it gets less. `alerts` are those whose runbooks it links to.
    """
    panel = _titled(stat.Panel(), title, description, alerts)
    _asking(panel, queries, unit).span(width).height(height)
    panel.reduce_options(ReduceDataOptions().calcs(["lastNotNull"]))
    panel.color_mode(kinds.BigValueColorMode.BACKGROUND if steps else kinds.BigValueColorMode.VALUE)
    panel.graph_mode(kinds.BigValueGraphMode.AREA)
    panel.thresholds(_steps(steps))
    panel.color_scheme(build.FieldColor().mode(model.FieldColorModeId.THRESHOLDS))
    panel.no_value("none")
    if zero is not None:
        panel.min(zero)
    if decimals is not None:
        panel.decimals(decimals)
    return panel


def lines(
    title: str,
    description: str,
    queries: Queries,
    *,
    unit: str,
    limit: float | None = None,
    alerts: Sequence[str] = (),
    width: int = 8,
    height: int = 8,
    stacked: bool = False,
) -> timeseries.Panel:
    """Return a panel of how things went. `limit` is drawn as the line that should not be crossed."""
    panel = _titled(timeseries.Panel(), title, description, alerts)
    _asking(panel, queries, unit).span(width).height(height)
    panel.legend(
        VizLegendOptions()
        .display_mode(kinds.LegendDisplayMode.LIST)
        .placement(kinds.LegendPlacement.BOTTOM)
        .show_legend(True)
    )
    panel.tooltip(VizTooltipOptions().mode(kinds.TooltipDisplayMode.MULTI).sort(kinds.SortOrder.DESCENDING))
    panel.min(0).line_width(1).fill_opacity(25 if stacked else 8).show_points(kinds.VisibilityMode.NEVER)
    if stacked:
        panel.stacking(StackingConfig().mode(kinds.StackingMode.NORMAL))
    if limit is not None:
        panel.thresholds(_steps([limit]))
        panel.thresholds_style(GraphThresholdsStyleConfig().mode(kinds.GraphThresholdsStyleMode.LINE))
    return panel


def states(
    title: str,
    description: str,
    queries: Queries,
    *,
    names: Mapping[int, tuple[str, str]],
    alerts: Sequence[str] = (),
    width: int = 12,
    height: int = 8,
) -> statetimeline.Panel:
    """Return a panel of bars that change their colour. `names` are word and colour of each value."""
    panel = _titled(statetimeline.Panel(), title, description, alerts)
    _asking(panel, queries, "none").span(width).height(height)
    shown = {
        str(value): model.ValueMappingResult(text=word, color=colour, index=place)
        for place, (value, (word, colour)) in enumerate(names.items())
    }
    panel.mappings([model.ValueMap(options=shown)])
    panel.legend(VizLegendOptions().show_legend(False))
    return panel.show_value(kinds.VisibilityMode.NEVER).merge_values(True).row_height(0.8)


def processes() -> statetimeline.Panel:
    """Return which processes answer, for every dashboard that somebody looks at when one does not."""
    return states(
        "Processes",
        "Whether each process answers Prometheus; of several of a kind the worst is shown.",
        {"{{process}}": 'min by (process) (up{job="groundswell"})'},
        names={0: ("does not answer", BAD), 1: ("answers", GOOD)},
        alerts=["GroundswellServiceDown", "GroundswellServiceMissing"],
        width=8,
    )


def _titled(panel: P, title: str, description: str, alerts: Sequence[str]) -> P:
    """Say what a panel shows and where to read on."""
    panel.title(title)
    panel.description(description)
    panel.links([_runbook(alert) for alert in alerts])
    return panel


def _asking(panel: P, queries: Queries, unit: str) -> P:
    """Let a panel ask."""
    panel.datasource(SOURCE)
    panel.unit(unit)
    for letter, (name, expression) in zip(ascii_uppercase, queries.items(), strict=False):
        query = prometheus.Dataquery().expr(expression).legend_format(name).ref_id(letter)
        panel.with_target(query.range().datasource(SOURCE))
    return panel


def _runbook(alert: str) -> build.DashboardLink:
    link = build.DashboardLink(f"Runbook of {alert}").type(model.DashboardLinkType.LINK)
    return link.url(f"${{runbooks}}/{alert}.md").target_blank(True)


def _steps(values: Sequence[float]) -> build.ThresholdsConfig:
    """Return colours that change at one value, good to bad, or at two, good, doubtful, bad."""
    colours = [GOOD, BAD] if len(values) == 1 else [GOOD, DOUBTFUL, BAD]
    if list(values) != sorted(values):
        values, colours = sorted(values), colours[::-1]
    steps = [model.Threshold(color=colours[0])]
    steps += [
        model.Threshold(value=value, color=colour) for value, colour in zip(values, colours[1:], strict=False)
    ]
    return build.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps)
