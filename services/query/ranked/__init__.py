"""A question about a list, and the articles that answer it."""
