"""The forms that the expressions of the dashboards have."""

OURS = 'reason=~"unavailable|spool-full|backlog|internal"'
"""Why a view is refused when that is our fault and not the page's, as in the recording rules."""


def rate(metric: str, by: str = "", where: str = "") -> str:
    """Return how often something happens a second, by labels, over every process."""
    return f"{_sum(by)}(rate({metric}{_where(where)}[$__rate_interval]))"


def quantile(share: float, metric: str, by: str = "", where: str = "") -> str:
    """Return the value that this share of what a histogram saw was at most, by labels."""
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, {rate(f'{metric}_bucket', labels, where)})"


def mean(metric: str) -> str:
    """Return the mean of what a histogram saw."""
    return f"{rate(f'{metric}_sum')} / {rate(f'{metric}_count')}"


def newest(metric: str, by: str = "") -> str:
    """Return the largest that any process tells: each tells the same of what is in Redis."""
    return f"max by ({by}) ({metric})" if by else f"max({metric})"


def budget_left(bad: str, good: str, objective: float) -> str:
    """Return the share of the errors of 30 days that may still happen; below 0 there were too many.

    `bad` and `good` are counters, the objective is the share that has to be good.
    """
    failed, taken = f"sum(increase({bad}[30d]))", f"sum(increase({good}[30d]))"
    return f"1 - ({failed} / ({taken} + {failed})) / {1 - objective:.6g}"


def _sum(by: str) -> str:
    return f"sum by ({by}) " if by else "sum"


def _where(labels: str) -> str:
    return f"{{{labels}}}" if labels else ""
