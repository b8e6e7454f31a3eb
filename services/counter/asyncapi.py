"""The streams as an AsyncAPI document: `python -m services.counter.asyncapi > docs/asyncapi.json`."""

import json
import sys
from importlib.metadata import version
from typing import Any

from faststream.redis import RedisBroker
from faststream.specification import AsyncAPI

from services.counter.streams import subscribe
from shared.entry import MAX_VIEWS

_HASH = {"type": ["integer", "null"], "minimum": 0, "maximum": 2**64 - 1}
_MOMENT = {"type": "integer", "description": "Unix milliseconds."}

_VIEW = {
    "type": "array",
    "description": "One view.",
    "prefixItems": [
        {"title": "site", "type": "string", "pattern": "^[a-z0-9.-]{1,64}$"},
        {"title": "article", "type": "string", "maxLength": 200},
        {"title": "occurred_ms", **_MOMENT},
        {"title": "received_ms", **_MOMENT},
        {"title": "visitor", "description": "A keyed hash of the day, never an address.", **_HASH},
        {"title": "event", "description": "A hash of the client's event id and its scope.", **_HASH},
        {"title": "weight", "type": "number", "exclusiveMinimum": 0},
        {"title": "via", "type": ["string", "null"]},
    ],
    "minItems": 8,
    "maxItems": 8,
}

_ENTRY = {
    "type": "object",
    "description": "The fields of one stream entry: a record batch.",
    "required": ["v", "e", "b"],
    "properties": {
        "v": {"const": "1", "description": "Schema version; an unknown one makes the entry a dead letter."},
        "e": {
            "type": "string",
            "pattern": "^[0-9a-f]{28}$",
            "description": "Entry id: 12 digits of Unix milliseconds, 16 of chance. It counts once.",
        },
        "b": {
            "type": "array",
            "contentMediaType": "application/vnd.msgpack",
            "minItems": 1,
            "maxItems": MAX_VIEWS,
            "items": _VIEW,
        },
        "w": {"type": "string", "description": "Dedupe window in seconds, of an import."},
        "t": {"type": "string", "description": "W3C traceparent."},
    },
}


def document() -> dict[str, Any]:
    """Return the AsyncAPI 3.0 document of the stream of one partition."""
    broker = RedisBroker("redis://redis:6379", apply_types=False)

    async def take(entries: Any) -> None:
        """Commit a batch of entries."""

    subscribe(broker, 0, "CONSUMER", take)
    written = AsyncAPI(
        broker, title="Groundswell", version=version("groundswell"), schema_version="3.0.0"
    ).to_specification()
    told: dict[str, Any] = written.to_jsonable()
    # FastStream describes handlers; what travels is described here.
    for message in told["components"]["messages"].values():
        message["contentType"] = "application/octet-stream"
        message["payload"] = _ENTRY
        message.pop("correlationId", None)
    told["components"].pop("schemas", None)
    return told


if __name__ == "__main__":
    json.dump(document(), sys.stdout, indent=2)
    sys.stdout.write("\n")
