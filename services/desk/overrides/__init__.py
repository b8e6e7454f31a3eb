"""What the newsroom decides over the ranking."""
