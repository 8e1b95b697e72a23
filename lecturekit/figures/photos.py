"""Small grey photos inside a figure: as images of its layout, so that a moved slider swaps names.

A photo travels once as a PNG in its address, however many states of an explorer show it. Many small
ones travel as one sheet, `sprites`: an explorer shows the tile of the point under the pointer.
"""

from __future__ import annotations

import base64
import io
import math
from typing import Any

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


def sprites(images: NDArray[np.uint8]) -> dict[str, Any]:
    """Many photos of one size as one sheet, for ``layout.meta["photos"]`` of a figure.

    A trace whose ``customdata`` are row numbers of `images` then shows the photo of the point under
    the pointer, with its ``text``, in an explorer and on a page.

    Args:
        images: uint8 [rows, height, width].
    Returns:
        source (a PNG in a data address), width and height of a tile, columns and rows of tiles.
    Raises:
        ValueError: not uint8, not three-dimensional, or empty.
    """
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 3 or not images.size:
        raise ValueError(
            f"photos must be uint8 [rows, height, width], got {images.dtype} of shape "
            f"{images.shape}"
        )
    count, height, width = images.shape
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    sheet = np.zeros((rows * columns, height, width), np.uint8)
    sheet[:count] = images
    sheet = sheet.reshape(rows, columns, height, width).swapaxes(1, 2)
    source = address(sheet.reshape(rows * height, columns * width))
    return {"source": source, "width": width, "height": height, "columns": columns, "rows": rows}


def tile(sheet: dict[str, Any], number: int) -> str:
    """The address of one photo of a sheet made by `sprites`.

    Raises:
        ValueError: the sheet has no tile of that number.
    """
    width, height, columns = sheet["width"], sheet["height"], sheet["columns"]
    if not 0 <= number < columns * sheet["rows"]:
        raise ValueError(f"tile {number}: the sheet has tiles 0 … {columns * sheet['rows'] - 1}")
    left, top = number % columns * width, number // columns * height
    png = io.BytesIO(base64.b64decode(sheet["source"].partition(",")[2]))
    cut = Image.open(png).crop((left, top, left + width, top + height))
    return address(np.asarray(cut))
