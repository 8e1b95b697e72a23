"""Small, typed rooms behind the notebooks of *Paired Losses, Multi-Modal and Multi-Task Learning*.

Import the room you need (``from lecturekit import multitask``). Nothing heavy is loaded here.
"""

__version__ = "0.1.0"
