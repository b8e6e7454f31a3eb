"""The spool: entries that Redis does not take now wait on disk until it does (docs/adr/0015-spool.md)."""
