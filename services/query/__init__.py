"""The query service: lists and counts become answers and pages."""

from services.query.service import Query, build

__all__ = ["Query", "build"]
