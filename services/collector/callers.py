"""From whose address a reading of a page comes, and what is noticed about it.

An address is looked at here and hashed into the visitor; it goes nowhere else.
What leaves is a share, a sum, or a refusal, none of which says whose.
"""

from collections import defaultdict
from time import monotonic

from services.collector.address import HeaviestAddress
from services.collector.arrivals import Arrivals
from shared.address import client_address, spans, trusts
from shared.http import Request
from shared.metrics import CollectorMetrics
from shared.rate_limit import ADDRESS, NETWORK, RateLimits
from shared.settings import Settings


class Callers:
    """Who asks, as far as it has to be known."""

    def __init__(self, settings: Settings, metrics: CollectorMetrics, arrivals: Arrivals) -> None:
        self._proxies = spans(settings.trusted_proxies)
        rates = {ADDRESS: settings.address_limit, NETWORK: settings.network_limit}
        self._limits = RateLimits(rates, self._proxies)
        self._heaviest: defaultdict[str, HeaviestAddress] = defaultdict(HeaviestAddress)
        self._untrusted = metrics.untrusted_forwarded
        self._share = metrics.heaviest_address
        self._arrivals = arrivals

    def address(self, request: Request, site: str) -> str:
        """Return the address of a reader of a site that is known. Raises Problem when it sends too many."""
        address = request.peer
        if b"x-forwarded-for" in request.fields:
            address = client_address(request.peer, request.headers(b"x-forwarded-for"), self._proxies)
            if address == request.peer and not trusts(self._proxies, address):
                self._untrusted.inc()
                self._arrivals.untrusted(site)
        self._limits.demand(address)
        return address

    def admitted(self, site: str, address: str) -> None:
        """Note whose address an admitted view came from."""
        share = self._heaviest[site].add(address, monotonic())
        if share is not None:
            self._share.labels(site).set(share)
            self._arrivals.heaviest(site, share)
