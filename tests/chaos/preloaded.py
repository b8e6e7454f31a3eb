"""What the parent of all service processes has loaded before it forks. Nothing of it starts a thread.

The main module is loaded by each of them once more, so what that needs belongs here too.
"""

import pytest
import rich.table

import services.cli.single
import services.collector
import services.counter
import services.query
import services.ranker
import tests.chaos.faults

__all__ = ["pytest", "rich", "services", "tests"]
