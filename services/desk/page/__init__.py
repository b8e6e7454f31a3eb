"""The desk's own page."""
