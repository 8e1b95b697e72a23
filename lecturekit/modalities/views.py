"""Many modalities of one event: eight views of a written and a spoken digit, and pure noise.

Three of them hold the same numbers in another order (image, rotated, permuted), so that a linear
map can undo the difference: what is measured between them must be near nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
PIXELS = 14  # a side of the image, after 2 × 2 pixels were averaged
FLOOR = 0.1  # of the largest standard deviation: what divides a feature that hardly varies
CONTROL = "noise"


@dataclass(frozen=True)
class Views:
    """Modalities of the same rows, padded with zeros to one width.

    Attributes:
        names: of the modalities.
        train, test: float32 [rows, modalities, width], standardised by the training rows.
        train_label, test_label: int32 [rows].
        widths: features of each modality before padding.
    """

    names: tuple[str, ...]
    train: Floats
    test: Floats
    train_label: NDArray[np.int32]
    test_label: NDArray[np.int32]
    widths: tuple[int, ...]

    @property
    def classes(self) -> int:
        """Labels are 0 … classes − 1."""
        return int(max(self.train_label.max(), self.test_label.max())) + 1

    def without_control(self) -> Views:
        """The same rows without the last modality, if that is the control."""
        if self.names[-1] != CONTROL:
            return self
        return replace(
            self, names=self.names[:-1], widths=self.widths[:-1],
            train=self.train[:, :-1], test=self.test[:, :-1],
        )  # fmt: skip


def standardised(train: Floats, test: Floats) -> tuple[Floats, Floats]:
    """Both by mean and standard deviation of each training feature, [rows, features].

    A feature that varies less than a tenth of what the most varied one does is divided by that
    tenth; one that does not vary at all becomes 0 in training, as does a view that is constant.
    """
    middle, spread = train.mean(0), train.std(0)
    spread = np.maximum(spread, FLOOR * max(float(spread.max()), 1e-6))
    return tuple(((part - middle) / spread).astype(np.float32) for part in (train, test))


def as_views(
    train: Mapping[str, Floats],
    test: Mapping[str, Floats],
    train_label: NDArray[np.integer],
    test_label: NDArray[np.integer],
) -> Views:
    """Standardise and pad modalities, name → [rows, features].

    Raises:
        ValueError: no modality, other names in training and test, rows that do not fit the labels,
            features that differ between training and test, or NaN.
    """
    names = tuple(train)
    if not names or names != tuple(test):
        raise ValueError(f"the same modalities are needed twice, got {names} and {tuple(test)}")
    for part, label in ((train, train_label), (test, test_label)):
        rows = {name: len(x) for name, x in part.items()}
        if set(rows.values()) != {len(label)}:
            raise ValueError(f"every modality needs a row for each of {len(label)} labels: {rows}")
        broken = [name for name, x in part.items() if not np.isfinite(x).all()]
        if broken:
            raise ValueError(f"modality {broken[0]!r} holds NaN or infinity; clean it first")
    uneven = [name for name in names if np.shape(train[name])[1] != np.shape(test[name])[1]]
    if uneven:
        raise ValueError(f"modality {uneven[0]!r} has other features in training than in test")
    scaled = {name: standardised(train[name], test[name]) for name in names}
    widths = tuple(scaled[name][0].shape[1] for name in names)
    most = max(widths)

    def padded(part: int) -> Floats:
        rows = (scaled[name][part] for name in names)
        return np.stack([np.pad(x, [(0, 0), (0, most - x.shape[1])]) for x in rows], axis=1)

    return Views(
        names, padded(0), padded(1),
        np.asarray(train_label, np.int32), np.asarray(test_label, np.int32), widths,
    )  # fmt: skip


def digit_views(seed: int, image: Floats, sound: Floats) -> dict[str, Floats]:
    """Eight views and a control, name → [rows, features].

    Args:
        seed: of the noise; the permutation of pixels is always the same.
        image: [rows, 784]; sound: [rows, frames, coefficients].
    """
    rows = len(image)
    if len(sound) != rows:
        raise ValueError(f"{rows} images and {len(sound)} recordings are no pairs")
    full = image.reshape(rows, 2 * PIXELS, 2 * PIXELS)
    small = full.reshape(rows, PIXELS, 2, PIXELS, 2).mean((2, 4))
    flat, order = small.reshape(rows, -1), np.random.default_rng(0).permutation(PIXELS**2)
    frequencies = np.log1p(np.abs(np.fft.rfft2(small)))
    half = sound.shape[1] // 2
    return {
        "image": flat,
        "top half": small[:, : PIXELS // 2].reshape(rows, -1),
        "rotated": np.rot90(small, axes=(1, 2)).reshape(rows, -1),
        "permuted": flat[:, order],
        "frequencies": frequencies.reshape(rows, -1).astype(np.float32),
        "profiles": np.concatenate([full.mean(1), full.mean(2)], 1),
        "sound": sound.reshape(rows, -1),
        "first half": sound[:, :half].reshape(rows, -1),
        CONTROL: np.random.default_rng([seed, rows]).normal(size=flat.shape).astype(np.float32),
    }
