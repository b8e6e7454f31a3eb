"""`groundswell demo`: everything on this machine, with a front page and simulated readers."""
