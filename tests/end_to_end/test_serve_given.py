"""What is given to `groundswell serve` is used, and left as it was."""

from shared.connection import Client
from tests.end_to_end.conftest import Serve


async def test_a_key_and_a_redis_of_ones_own_are_used_and_neither_written_down_nor_ended(
    serve: Serve, redis_url: str, redis: Client
):
    async with serve("--redis-url", redis_url, env={"GROUNDSWELL_BATCH_KEY": "one of my own"}) as serving:
        names = {process.name() for process in serving.processes()}
        batch = await serving.http.post(
            "/v1/views/batch",
            json=[{"site": "news.example", "article": "a"}],
            headers={"authorization": "Bearer one of my own"},
        )

        assert batch.json()["accepted"] == 1
        assert "batch_key" not in serving.keys
        assert "one of my own" not in (serving.data_dir / "keys.toml").read_text()
        assert serving.document["redis_url"] == redis_url
        assert serving.document["pids"]["redis"] == []
        assert "valkey-server" not in names
        assert "redis_password" not in serving.keys

    assert await redis.hget("gs:total:{0}", "accepted") == b"1"
