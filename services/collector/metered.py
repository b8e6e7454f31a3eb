"""What every request leaves behind: a count by its outcome, its time, and that it is being answered."""

from collections.abc import Awaitable, Callable
from time import perf_counter

from shared.http import ClientGone, Header, Request, Response
from shared.metrics import CollectorMetrics
from shared.problem import Problem

DROPPED: Header = (b"x-groundswell-outcome", b"dropped")
"""What the answer to a reading carries that does not count."""

Answering = Callable[[Request], Awaitable[Response]]


class Meter:
    """Measures the requests of one collector."""

    def __init__(self, metrics: CollectorMetrics) -> None:
        self._metrics = metrics
        self._in_flight = 0
        # Asked for by a scrape, so that a request costs no more than an addition.
        metrics.in_flight.set_function(lambda: self._in_flight)

    def around(self, endpoint: str, answering: Answering) -> Answering:
        """Return the handler of an endpoint as one that is measured."""
        # Bound to their labels once: looking them up costs as much as counting.
        accepted, dropped, refused, failed = (
            self._metrics.requests.labels(endpoint, outcome)
            for outcome in ("accepted", "dropped", "refused", "failed")
        )
        took = self._metrics.seconds.labels(endpoint)

        async def answer(request: Request) -> Response:
            began = perf_counter()
            self._in_flight += 1
            outcome = failed
            try:
                response = await answering(request)
                outcome = dropped if DROPPED in response.headers else accepted
            except Problem as problem:
                outcome = refused if problem.kind.status < 500 else failed
                raise
            except ClientGone:
                outcome = refused
                raise
            finally:
                self._in_flight -= 1
                outcome.inc()
                took.observe(perf_counter() - began)
            return response

        return answer
