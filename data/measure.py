"""Measure the runs of the UDA lab and ship them: `python data/measure.py`, about half an hour.

Other machines and versions round differently, so that single runs come out a little otherwise;
`tests/test_semi_supervised_lab.py` repeats some of them within tolerances.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from recipes.packed import packed

from lecturekit.datasets.files import write_whole
from lecturekit.semi_supervised import lab

TARGET = Path(__file__).resolve().parent / "uda_lab.npy.bz2"


def main() -> None:
    runs = np.stack([lab.measure(problem) for problem in lab.PROBLEMS])
    digits = lab.study_of("digits")
    data = packed(runs, lab.measure_labels(digits), lab.measure_starts(digits))
    write_whole(TARGET, data)
    print(f"{hashlib.sha256(data).hexdigest()}  {TARGET.name}  {len(data):,} bytes")


if __name__ == "__main__":
    main()
