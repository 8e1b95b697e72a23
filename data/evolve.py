"""Make the trajectory that ships: `python data/evolve.py`, two minutes.

Other machines and versions round differently, so that the training and its map come out a little
otherwise; `tests/test_latent_shipped.py` says what stays.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from recipes.packed import packed

from lecturekit.datasets.files import write_whole
from lecturekit.latent import shipped

TARGET = Path(__file__).resolve().parent / "evolution.npy.bz2"


def main() -> None:
    data = packed(*shipped.measure())
    write_whole(TARGET, data)
    print(f"{hashlib.sha256(data).hexdigest()}  {TARGET.name}  {len(data):,} bytes")


if __name__ == "__main__":
    main()
