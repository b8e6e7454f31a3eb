"""What only a newsroom may see."""
