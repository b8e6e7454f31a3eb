"""What the newsroom says: articles and their aliases."""

from services.desk.service import build

__all__ = ["build"]
