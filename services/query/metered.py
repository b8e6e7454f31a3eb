"""What every answer leaves behind: a count, its time, and the reason if it was refused."""

from collections.abc import Callable
from time import perf_counter

from shared.connection import UNAVAILABLE
from shared.http import Handler, Reply, Request
from shared.metrics import QueryMetrics
from shared.problem import Kind, Problem


def metered(metrics: QueryMetrics) -> Callable[[str, Handler], Handler]:
    """Return what makes a handler of an endpoint one that is counted.

    A Redis that cannot answer becomes a problem here, once for all endpoints.
    """

    in_flight = 0
    metrics.in_flight.set_function(lambda: in_flight)

    def wrap(endpoint: str, handler: Handler) -> Handler:
        # Bound to their labels once: looking them up costs as much as the answer.
        answered = {n: metrics.requests.labels(endpoint, f"{n}xx") for n in (2, 3, 4, 5)}
        took = metrics.seconds.labels(endpoint)

        async def answer(request: Request) -> Reply:
            nonlocal in_flight
            in_flight += 1
            began = perf_counter()
            status = 500
            try:
                response = await handler(request)
                status = response.status
            except Problem as problem:
                status = problem.kind.status
                raise
            except UNAVAILABLE as error:
                status = Kind.UNAVAILABLE.status
                raise Problem(
                    Kind.UNAVAILABLE, f"Redis does not answer ({type(error).__name__}), and no answer is kept"
                ) from None
            finally:
                in_flight -= 1
                answered[status // 100].inc()
                took.observe(perf_counter() - began)
            return response

        return answer

    return wrap
