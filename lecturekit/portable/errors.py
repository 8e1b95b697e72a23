"""What a function that cannot move without Python is told."""


class NotPortable(ValueError):
    """A function holds something that JavaScript would not do as Python does."""
