"""Every Redis key of Groundswell, declared once. The README shows this file as "Data layout".

`{p}` is the partition and the hash tag: what one commit touches lies in one
slot of a cluster. A site's name is `[a-z0-9.-]{1,64}`, so it never holds `:`.
"""

META = "gs:meta"
"""hash: `schema` version, `generation:NAME` of each leader, `partitions:YYYYMMDD` from that UTC day on, and
what proves a `heartbeat`."""

CHANGES = "gs:changes"
"""stream: what changed in the catalogue, for the caches of the other services; bounded."""

AUDIT = "gs:audit"
"""stream: who changed what, through the desk; bounded."""

BACKUP = "gs:backup"
"""hash: how the last backups went: `at` and `failed_at` in Unix seconds, `failures` since `at`, `error`."""


def views(p: int) -> str:
    """stream: entries."""
    return f"gs:views:{{{p}}}"


def dead(p: int) -> str:
    """stream: dead letters with their reason; bounded."""
    return f"gs:dead:{{{p}}}"


def total(p: int) -> str:
    """hash: running totals of views, kept by the scripts that accept and commit them."""
    return f"gs:total:{{{p}}}"


def writer(p: int, name: str) -> str:
    """string: the number of the last entry that one writer put on the stream; expires."""
    return f"gs:writer:{{{p}}}:{name}"


def count(p: int, site: str) -> str:
    """hash: article -> views."""
    return f"gs:count:{{{p}}}:{site}"


def readers(p: int, site: str) -> str:
    """hash: article -> reader-days."""
    return f"gs:readers:{{{p}}}:{site}"


def budget(p: int, site: str) -> str:
    """hash: `left` and `at`, how many ids that nobody knows are let in, and since when (Unix seconds)."""
    return f"gs:budget:{{{p}}}:{site}"


def board(p: int, site: str, half_life: str) -> str:
    """zset: article -> score."""
    return f"gs:board:{{{p}}}:{site}:{half_life}"


def hour(p: int, site: str, stamp: str) -> str:
    """zset: article -> views in one UTC hour, stamped YYYYMMDDHH."""
    return f"gs:hour:{{{p}}}:{site}:{stamp}"


def day(p: int, site: str, stamp: str) -> str:
    """zset: article -> views in one UTC day, stamped YYYYMMDD."""
    return f"gs:day:{{{p}}}:{site}:{stamp}"


def seen(p: int, kind: str, window: str | int, bucket: int) -> str:
    """set of signed 32-bit integers: what was already counted."""
    return f"gs:seen:{{{p}}}:{kind}:{window}:{bucket}"


def seen_header(p: int, kind: str, window: str | int) -> str:
    """hash: `buckets` of one window, fixed by its first commit, and `members` so far."""
    return f"gs:seen:{{{p}}}:{kind}:{window}:header"


def imported(p: int, name: str) -> str:
    """set: the chunks of one import that are on the stream; kept without expiry until all of them are."""
    return f"gs:import:{{{p}}}:{name}"


def import_head(name: str) -> str:
    """hash: how far one import has come, without expiry; `started_ms` and `salt` until it is done."""
    return f"gs:import:{name}"


def starting(p: int, site: str) -> str:
    """hash: id -> starting total, as `import counts` last put it in; only in partition 0."""
    return f"gs:starting:{{{p}}}:{site}"


def article(site: str, article_id: str) -> str:
    """hash: one article of the catalogue; `held` and `merged`, its aliases by where they come from."""
    return f"gs:article:{site}:{article_id}"


def published(site: str) -> str:
    """zset: article -> publication time in Unix seconds."""
    return f"gs:published:{site}"


def alias(site: str) -> str:
    """hash: alias -> article."""
    return f"gs:alias:{site}"


def override(site: str) -> str:
    """hash: article -> JSON of its override: pin, ban, boost or sponsored slot."""
    return f"gs:override:{site}"


def correction(p: int, request: str) -> str:
    """string: what one correction took out of a partition, so that it is taken once; expires after 8 days."""
    return f"gs:correction:{{{p}}}:{request}"


def feeds(site: str) -> str:
    """hash: address of a feed -> JSON of how following it goes."""
    return f"gs:feeds:{site}"


def listing(site: str, name: str) -> str:
    """string: the newest list."""
    return f"gs:list:{{{site}}}:{name}"


def history(site: str, name: str) -> str:
    """stream: minute snapshots of a list, compressed, only when changed."""
    return f"gs:history:{{{site}}}:{name}"


def lease(name: str) -> str:
    """string: who leads, with a time limit."""
    return f"gs:lease:{name}"


def salt(day_stamp: str) -> str:
    """string: the random salt of one UTC day; dies after 48 h."""
    return f"gs:salt:{day_stamp}"


def arrivals(site: str, stamp: str) -> str:
    """hash: what arrived in one UTC hour, stamped YYYYMMDDHH, in readings; expires 48 h after its last write.

    Fields `accepted`, `dropped:REASON`, `refused:KIND`, `uncounted:REASON` (accepted, and refused at commit),
    `origin:ORIGIN` (at most 20), `untrusted` (X-Forwarded-For that was not believed), `heaviest` (thousandths
    of the views that one address carries, as last found), and `last_ms`, the moment of the last accepted view
    in Unix milliseconds.
    """
    return f"gs:arrivals:{site}:{stamp}"


def script(path: str) -> str:
    """string: a script of some release under its hashed path; kept a year after that release last started."""
    return f"gs:script:{path}"


GROUP = "counter"
"""The one consumer group on every stream of entries."""
