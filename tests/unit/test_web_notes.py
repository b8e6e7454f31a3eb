"""What the web process says of itself beside whether it is ready."""

import json
from pathlib import Path
from typing import Any

import httpx
from prometheus_client import CollectorRegistry

from services.cli import web
from services.collector import Collector
from shared.service import management
from shared.settings import Settings


async def test_readyz_tells_that_redis_takes_no_views_while_the_spool_does(tmp_path: Path) -> None:
    settings = Settings(site=("news.example",), redis_url="redis://127.0.0.1:1", data_dir=tmp_path)  # type: ignore[arg-type]
    service = web.build(settings, CollectorRegistry())
    assert isinstance(service, web.Web)
    collector: Any = service._writing
    assert isinstance(collector, Collector)
    collector._spool.circuits[3].failed(ConnectionError())

    app: Any = management(service, CollectorRegistry())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://management") as http:
        told = json.loads((await http.get("/readyz")).content)
    await service.stop()

    assert told["notes"] == ["Redis takes no views of partition 3 now"]
