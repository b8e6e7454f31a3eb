"""The ranker: scores become lists, with rank, movement and history."""

from services.ranker.service import RankerService, build

__all__ = ["RankerService", "build"]
