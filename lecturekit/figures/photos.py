"""Small grey photos inside a figure: as images of its layout, so that a moved slider swaps names.

A photo travels once as a PNG in its address, however many states of an explorer show it.
"""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def address(photo: NDArray[np.uint8]) -> str:
    """A grey photo [height, width] as a PNG in a data address.

    Raises:
        ValueError: not uint8 or not two-dimensional.
    """
    photo = np.asarray(photo)
    if photo.dtype != np.uint8 or photo.ndim != 2 or not photo.size:
        raise ValueError(
            f"a photo must be uint8 [height, width], got {photo.dtype} of shape {photo.shape}"
        )
    png = io.BytesIO()
    Image.fromarray(photo).save(png, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(png.getvalue()).decode()}"


def placed(source: str, x: float, y: float, width: float, height: float, axes: str = "") -> dict:
    """A photo in a figure, centred on (x, y) in units of the axes; `axes` is "", "2", …"""
    return {
        "source": source, "x": x, "y": y, "sizex": width, "sizey": height,
        "xref": f"x{axes}", "yref": f"y{axes}", "xanchor": "center", "yanchor": "middle",
        "sizing": "contain", "layer": "above",
    }  # fmt: skip
