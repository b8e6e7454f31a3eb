"""How fast Groundswell is, as ratios measured in one run: `make bench`.

Machines differ and are never quiet, so nothing here is a timed test. A rate
stands beside that of a reference that ran in between, on the same machine, in
the same seconds.
"""
