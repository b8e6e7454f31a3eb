"""The heartbeat: a synthetic view a minute proves that the whole way works."""

from services.heartbeat.service import Heartbeat, build

__all__ = ["Heartbeat", "build"]
