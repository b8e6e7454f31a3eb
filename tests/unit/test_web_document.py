"""The document of the public interface tells of both services behind the one origin."""

from prometheus_client import CollectorRegistry

from services import collector, query
from shared.openapi import document
from shared.settings import Settings


def test_every_public_route_of_the_collector_is_in_the_document():
    written = document("Groundswell", "0", collector.OPERATIONS)

    assert set(written["paths"]) == collector.PATHS


def test_collector_and_query_share_one_document():
    settings = Settings(site=("news.example",), redis_url="redis://127.0.0.1:1")  # type: ignore[arg-type]

    assert query.build(settings, CollectorRegistry(), collector.OPERATIONS).app is not None
