"""The collector: a request becomes admitted views on a stream."""

from services.collector.operations import OPERATIONS
from services.collector.service import PATHS, Collector, build, owns

__all__ = ["OPERATIONS", "PATHS", "Collector", "build", "owns"]
