"""Reading from the group, without FastStream's two ways of taking a failure.

Most errors of a response it tries again at once, some 1,600 times a second;
after an error of the connection it rests for five seconds. Here both are
answered with an empty read after a pause that grows to a second. NOGROUP
passes: FastStream then stops its subscriber, and the watchdog makes the group
and starts it again.
"""

import asyncio
from typing import Any

from shared.connection import UNAVAILABLE, Client
from shared.outage import Outage

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0


def pause_on_failure(client: Client) -> None:
    """Have the client's xreadgroup pause and answer nothing where it would have failed."""
    read = client.xreadgroup
    failures = 0
    outage = Outage("nothing can be read from the streams", "what comes waits there")

    async def xreadgroup(*args: Any, **kwargs: Any) -> Any:
        nonlocal failures
        try:
            answer = await read(*args, **kwargs)
        except UNAVAILABLE as error:
            if "NOGROUP" in str(error):
                raise
            failures += 1
            outage.failed(error)
            await asyncio.sleep(min(_FIRST_PAUSE * 2 ** min(failures, 10), _LONGEST_PAUSE))
            return ()
        failures = 0
        outage.well()
        return answer

    client.xreadgroup = xreadgroup
