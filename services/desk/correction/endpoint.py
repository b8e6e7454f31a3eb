"""POST /v1/article/correct."""

from services.desk import reading
from services.desk.answers import answer
from services.desk.correction.correct import correct
from services.desk.correction.reading import answer_of, read_correction
from shared.connection import Client
from shared.http import Request, Response
from shared.metrics import DeskMetrics
from shared.settings import Settings


class Corrections:
    """The endpoint of corrections; it raises Problem for what it refuses."""

    def __init__(self, redis: Client, settings: Settings, metrics: DeskMetrics) -> None:
        self._redis = redis
        self._sites = settings.sites
        self._metrics = metrics

    async def post(self, request: Request) -> Response:
        """Take views out of the counts again."""
        body, _ = await reading.body_of(request, reading.MAX_BODY, reading.JSON_TYPE)
        wanted = read_correction(body, self._sites)
        done = await correct(self._redis, wanted)
        if not done.repeated:
            self._metrics.changes.labels("correct").inc()
            self._metrics.corrected.inc(done.views)
        return answer(answer_of(wanted, done))
