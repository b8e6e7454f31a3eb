"""What keeps a feed from being followed, in words for the board."""


class Unfetched(Exception):
    """The other side could not be asked, or did not answer as it should."""

    def __init__(self, reason: str, *, status: int = 0, wait: float = 0.0) -> None:
        """`status` is what it answered, and `wait` how many seconds it asked to be left alone."""
        super().__init__(reason)
        self.status = status
        self.wait = wait


class Unreadable(Exception):
    """What came is no feed, or nothing in it can be used."""
