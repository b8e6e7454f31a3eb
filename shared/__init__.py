"""What the services have in common: events, decay, keys, boards, settings, metrics. Knows no service."""
