"""A dashboard: rows of panels, the Prometheus they ask, and links to the other dashboards."""

from collections.abc import Mapping, Sequence
from typing import Any

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import dashboard as model
from panels import SOURCE

TAG = "groundswell"

Rows = Mapping[str, Sequence[Any]]
"""Panels by the title of the row that they are in; the row without a title has none."""


def board(
    name: str, description: str, rows: Rows, runbooks: str, *, since: str, refresh: str, sites: bool = False
) -> build.Dashboard:
    """Return a dashboard, whose address is its name in lower case.

    It shows what was from `since` until now, again every `refresh`. With
    `sites` the reader chooses which, as the variable `site`.
    """
    made = build.Dashboard(f"Groundswell: {name}").uid(f"{TAG}-{name.lower()}").description(description)
    made.tags([TAG]).time(since, "now").refresh(refresh).timezone("browser").readonly()
    made.tooltip(model.DashboardCursorSync.CROSSHAIR)
    made.with_variable(build.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
    # The one thing that a panel cannot take from Prometheus.
    made.with_variable(build.ConstantVariable("runbooks").value(runbooks))
    if sites:
        made.with_variable(_sites())
    made.link(
        build.DashboardLink("Groundswell")
        .type(model.DashboardLinkType.DASHBOARDS)
        .tags([TAG])
        .keep_time(True)
        .include_vars(True)
    )
    for title, panels in rows.items():
        if title:
            made.with_row(build.Row(title))
        for panel in panels:
            made.with_panel(panel)
    return made


def _sites() -> build.QueryVariable:
    """Return the choice of sites, which are those that views came from."""
    variable = build.QueryVariable("site").label("Site").datasource(SOURCE)
    variable.query("label_values(groundswell_site_views_accepted_total, site)")
    variable.refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
    variable.sort(model.VariableSort.ALPHABETICAL_ASC)
    variable.current(model.VariableOption(selected=True, text=["All"], value=["$__all"]))
    return variable.multi(True).include_all(True).all_value(".*")
