"""The lists as RSS and JSON Feed."""
