"""What goes wrong on the way up, said so that a person can mend it."""


class Trouble(Exception):
    """A sentence for the person at the terminal, with the mending in it."""
