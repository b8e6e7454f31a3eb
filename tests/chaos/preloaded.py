"""What the parent of all service processes has loaded before it forks. Nothing of it starts a thread."""

import services.cli.single
import services.collector
import services.counter
import services.query
import services.ranker

__all__ = ["services"]
