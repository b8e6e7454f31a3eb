"""`groundswell evaluate`: how well the lists would have served."""
