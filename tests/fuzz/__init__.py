"""A stranger who sends whatever a server would rather not get; `python -m tests.fuzz` runs it."""
