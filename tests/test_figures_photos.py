"""A photo in a figure is a PNG that a decoder of ten lines reads back to the last grey level."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
import pytest

from lecturekit.figures.photos import address, placed

PHOTO = np.random.default_rng(0).integers(0, 256, (5, 3)).astype("uint8")


def decoded(source: str) -> np.ndarray:
    """The pixels of a grey PNG with 8 bits and no filter, every checksum verified."""
    kind, body = source.split(",")
    assert kind == "data:image/png;base64"
    png = base64.b64decode(body)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        name, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack(">I", png[at + 8 + length : at + 12 + length])
        assert zlib.crc32(name + content) == checksum
        chunks[name] = content
        at += 12 + length
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    width, height, bits, colour, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (bits, colour, rest) == (8, 0, [0, 0, 0])
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, width + 1)
    assert (rows[:, 0] == 0).all()
    return rows[:, 1:]


def test_a_photo_is_read_back_as_it_was():
    assert (decoded(address(PHOTO)) == PHOTO).all()


@pytest.mark.parametrize("photo", [PHOTO / 255.0, PHOTO[None], PHOTO[:0]])
def test_what_is_no_grey_photo_is_refused(photo):
    with pytest.raises(ValueError, match="uint8"):
        address(photo)


def test_a_photo_is_placed_in_units_of_its_axes():
    made = placed("data:a", 1, 2, 0.5, 0.8, axes="2")
    assert (made["xref"], made["yref"], made["x"], made["sizey"]) == ("x2", "y2", 1, 0.8)
