"""A photo in a figure is a PNG that is read back to the last grey level."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from lecturekit.figures.photos import address, placed

PHOTO = np.random.default_rng(0).integers(0, 256, (5, 3)).astype("uint8")


def decoded(source: str) -> np.ndarray:
    """The pixels of a grey PNG in a data address."""
    kind, body = source.split(",")
    assert kind == "data:image/png;base64"
    image = Image.open(io.BytesIO(base64.b64decode(body)))
    assert (image.format, image.mode) == ("PNG", "L")
    return np.asarray(image)


def test_a_photo_is_read_back_as_it_was():
    assert (decoded(address(PHOTO)) == PHOTO).all()


@pytest.mark.parametrize("photo", [PHOTO / 255.0, PHOTO[None], PHOTO[:0]])
def test_what_is_no_grey_photo_is_refused(photo):
    with pytest.raises(ValueError, match="uint8"):
        address(photo)


def test_a_photo_is_placed_in_units_of_its_axes():
    made = placed("data:a", 1, 2, 0.5, 0.8, axes="2")
    assert (made["xref"], made["yref"], made["x"], made["sizey"]) == ("x2", "y2", 1, 0.8)
