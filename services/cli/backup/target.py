"""The Redis that a restore fills: one that is named, or the embedded one of a data directory nobody uses."""

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

from services.cli import key_file
from services.cli.child import Child
from services.cli.embedded import Embedded, reserve_port
from services.cli.lock import Lock
from services.cli.running import Running
from services.cli.supervisor import until_nothing
from shared.connection import UNAVAILABLE, connect
from shared.settings import Settings


@asynccontextmanager
async def target(settings: Settings) -> AsyncIterator[Running]:
    """Give how to reach it; the embedded one runs as long as that is held, and nothing else beside it.

    Raises Trouble when `groundswell serve` runs on the data directory.
    """
    if settings.redis_url is not None:
        yield Running(settings.redis_url)
        return
    lock = Lock(settings.data_dir)
    await lock.take(patience=0)
    with ExitStack() as stack:
        valkey = Embedded(
            directory=settings.data_dir / "valkey",
            port=reserve_port(stack),
            password=key_file.ensure(settings.data_dir, ["redis_password"])["redis_password"],
            maxmemory=settings.redis_maxmemory,
        )
        child = Child(
            name="redis",
            command=valkey.command(),
            listen={},
            keep=lock.fd,
            environment={},
            changed=lambda: None,
            log_file=valkey.log_file,
        )
        child.start()
        try:
            await until_nothing(lambda: _missing(valkey.url))
            yield Running(valkey.url)
        finally:
            await child.stop()


async def _missing(url: str) -> list[str]:
    redis = connect(url, deadline=2, name="restore")
    try:
        await redis.ping()
    except UNAVAILABLE as error:
        return [f"redis: {error or type(error).__name__}"]
    finally:
        await redis.aclose()
    return []
