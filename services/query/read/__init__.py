"""What the query service reads of Redis."""
