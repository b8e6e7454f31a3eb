"""The consumer group of a stream."""

from redis.exceptions import ResponseError

from shared import keys
from shared.connection import Client


async def ensure_group(redis: Client, partition: int) -> bool:
    """Have the consumer group exist, from the first entry on; return whether it had to be made."""
    try:
        # From 0 and not from $: what was written before the group was is to be counted too.
        await redis.xgroup_create(keys.views(partition), keys.GROUP, id="0", mkstream=True)
    except ResponseError as error:
        if "BUSYGROUP" not in str(error):
            raise
        return False
    return True
