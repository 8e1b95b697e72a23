"""Audio-visual digits: a written digit and a spoken one, paired at random.

**What the pairing does to the science.** Nobody wrote and said these digits at the same time. A
pair is drawn by its class alone, so that image and sound are *exactly* independent given the digit:
the case for which late fusion is made. What two recordings of one event share besides the class
(the same person, the same noise) is missing here; for that there is `fusion.regimes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from lecturekit.datasets.card import DataError
from lecturekit.datasets.digits import load_digits
from lecturekit.datasets.spoken import Sounds, load_spoken_digits

Part = Literal["train", "test"]
FIRST_TEST_IMAGE, FIRST_TEST_SOUND = 3500, 2100
"""70 % of the images and of the recordings, by row number; the digits take turns in both."""


@dataclass(frozen=True, eq=False)
class DigitPairs:
    """A frozen set of pairs.

    image: float32 [n, 784], standardised by one mean and one standard deviation (of the training
    images). sound: float32 [n, 20, 13], about standardised per coefficient. digit: int32 [n], what
    is written. spoken: int32 [n], what is said. image_row, sound_row: int32 [n], where they are in
    `load_digits()` and `load_spoken_digits()`.
    """

    image: np.ndarray
    sound: np.ndarray
    digit: np.ndarray
    spoken: np.ndarray
    image_row: np.ndarray
    sound_row: np.ndarray

    def __len__(self) -> int:
        return len(self.digit)

    @property
    def same(self) -> np.ndarray:
        """int32 [n]: 1 where the written digit is the spoken one. The second task."""
        return (self.digit == self.spoken).astype(np.int32)

    @property
    def inputs(self) -> tuple[np.ndarray, np.ndarray]:
        """Both modalities as flat vectors: [n, 784] and [n, 260]."""
        return self.image, self.sound.reshape(len(self), -1)


def pair_digits(part: Part, count: int, *, seed: int = 0, wrong: float = 0.0) -> DigitPairs:
    """`count` pairs of an image and a recording.

    Images are used equally often, up to one; so are the recordings of each digit. No image and no
    recording is in both parts.

    Args:
        part: ``"train"`` (3,500 images, 2,100 recordings) or ``"test"`` (1,500 and 900).
        wrong: share of the pairs, 0 … 1, whose recording says one of the nine other digits. With
            .5 `same` is a balanced task, to be solved by neither modality alone.
    Raises:
        DataError: another part, count below 1, or a share outside 0 … 1.
    """
    if part not in ("train", "test"):
        raise DataError(f'part must be "train" or "test", not {part!r}')
    if count < 1 or int(count) != count:
        raise DataError(f"count must be a whole number of pairs from 1 on, not {count}")
    if not 0 <= wrong <= 1:
        raise DataError(f"wrong is a share of the pairs, 0 … 1, not {wrong}")
    images, sounds = _standardised_digits(), _sounds()
    image_rows = _part(part, len(images[0]), FIRST_TEST_IMAGE)
    sound_rows = _part(part, len(sounds), FIRST_TEST_SOUND)
    draw = np.random.default_rng([seed, part == "test"])
    image_row = draw.permutation(_equally_often(image_rows, count, draw))
    digit = images[1][image_row]
    spoken = digit.copy()
    other = draw.permutation(count)[: round(wrong * count)]
    spoken[other] = (digit[other] + draw.integers(1, 10, len(other))) % 10
    sound_row = np.zeros(count, np.int32)
    for number in range(10):
        said = np.flatnonzero(spoken == number)
        of_digit = sound_rows[sounds.label[sound_rows] == number]
        sound_row[said] = _equally_often(of_digit, len(said), draw)
    arrays = (
        images[0][image_row],
        sounds.frames[sound_row],
        digit,
        spoken,
        image_row.astype(np.int32),
        sound_row,
    )
    for array in arrays:
        array.setflags(write=False)
    return DigitPairs(*arrays)


@lru_cache(maxsize=1)
def _standardised_digits() -> tuple[np.ndarray, np.ndarray]:
    """All images as float32 [5000, 784] by the training images' mean and spread; their digits."""
    digits = load_digits()
    flat = digits.x.reshape(len(digits), -1)
    seen = flat[:FIRST_TEST_IMAGE].astype(np.float64)
    standardised = ((flat - seen.mean()) / seen.std()).astype(np.float32)
    standardised.setflags(write=False)
    return standardised, digits.label


@lru_cache(maxsize=1)
def _sounds() -> Sounds:
    return load_spoken_digits()


def _part(part: Part, rows: int, first_test: int) -> np.ndarray:
    return np.arange(first_test) if part == "train" else np.arange(first_test, rows)


def _equally_often(rows: np.ndarray, count: int, draw: np.random.Generator) -> np.ndarray:
    """`count` of `rows` in random order; none twice before each was there once."""
    rounds = -(-count // len(rows))
    shuffled = [draw.permutation(rows) for _ in range(rounds)]
    return np.concatenate([*shuffled, rows[:0]])[:count]
