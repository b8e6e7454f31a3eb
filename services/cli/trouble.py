"""What keeps a command from its work."""


class Trouble(Exception):
    """One line for the person at the terminal: what is wrong, and the remedy."""
