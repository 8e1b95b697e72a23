"""Values as text that crosses the wall of a sandbox: plain numbers and nothing that could run.

Pickles run code when they are read; these do not. What comes from inside is read with suspicion:
known types, sizes that fit, or `Refused`.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np

TYPES = {"b", "i", "u", "f"}  # truth values, whole numbers, floating point numbers
NAMES = {np.dtype(name).str for name in ("?", *"bhilqBHILQefd")}  # of the types that cross
LIMIT = 16 * 2**20  # bytes of one message; read, small parts can take 25 times as much
DEPTH = 8
EMPTY = 4096  # an empty array's shape costs nothing, so it could carry any number out


class Refused(ValueError):
    """A value that does not cross: its text says what kind of thing it is."""


def pack(value: Any, depth: int = 0) -> Any:
    """`value` as what JSON can hold.

    Args:
        value: None, a truth value, number, text, array or tensor, or lists, tuples and dicts (with
            texts as keys) of these, at most 8 deep.

    Raises:
        Refused: anything else, or an array that no message can hold.
    """
    if depth > DEPTH:
        raise Refused("something nested too deeply")
    kind = type(value)
    if value is None or kind in (bool, int, str):
        return {"plain": value}
    if kind is float:
        return {"float": value.hex()}  # NaN and infinity have no name in JSON
    if kind in (list, tuple):
        return {kind.__name__: [pack(one, depth + 1) for one in value]}
    if kind is dict and all(type(key) is str for key in value):
        return {"dict": {key: pack(one, depth + 1) for key, one in value.items()}}
    sort = "array"
    if kind is not np.ndarray and hasattr(value, "numpy"):
        value, sort = value.numpy(), "tensor"
    if not (type(value) is np.ndarray or isinstance(value, np.generic)):
        raise Refused(f"a {kind.__name__}")
    array = np.asarray(value)
    if array.dtype.kind not in TYPES or array.dtype.itemsize > 8:
        raise Refused(f"an array of {array.dtype}")
    if array.nbytes > LIMIT:
        raise Refused("a very large array")  # before seconds go into its text
    array = array.astype(array.dtype.newbyteorder("="))
    data = base64.b64encode(array.tobytes()).decode("ascii")
    return {sort: data, "dtype": array.dtype.str, "shape": list(array.shape)}


def unpack(packed: Any, *, tensors: bool = False, depth: int = 0) -> Any:
    """The value again; arrays that were tensors become tensors when `tensors`, else arrays.

    Raises:
        Refused: it was not made by `pack`.
    """
    if depth > DEPTH or not isinstance(packed, dict) or not packed:
        raise Refused("something unreadable")
    sort, content = next(iter(packed.items()))
    if sort == "plain" and (content is None or type(content) in (bool, int, str)):
        return content
    if sort == "float" and type(content) is str:
        try:
            return float.fromhex(content)
        except (ValueError, OverflowError) as error:
            raise Refused("something unreadable") from error
    if sort in ("list", "tuple") and type(content) is list:
        parts = [unpack(one, tensors=tensors, depth=depth + 1) for one in content]
        return parts if sort == "list" else tuple(parts)
    if sort == "dict" and type(content) is dict:
        return {
            str(key): unpack(one, tensors=tensors, depth=depth + 1) for key, one in content.items()
        }
    if sort in ("array", "tensor"):
        array = as_array(content, packed.get("dtype"), packed.get("shape"))
        if sort == "tensor" and tensors:
            import tensorflow as tf

            return tf.convert_to_tensor(array)
        return array
    raise Refused("something unreadable")


def as_array(content: Any, dtype: Any, shape: Any) -> np.ndarray:
    """An array from its bytes.

    Raises:
        Refused: bytes, type and shape do not belong together.
    """
    try:
        if type(dtype) is not str or dtype not in NAMES:
            raise Refused("an array of an unknown type")
        sizes = [int(size) for size in shape]
        if any(size < 0 for size in sizes) or len(sizes) > DEPTH:
            raise Refused("an array of no shape")
        if 0 in sizes and max(sizes) > EMPTY:
            raise Refused("an empty array of a large shape")
        flat = np.frombuffer(base64.b64decode(content, validate=True), np.dtype(dtype))
        return flat.reshape(sizes).copy()
    except Refused:
        raise
    except (TypeError, ValueError, OverflowError) as error:
        raise Refused("something unreadable") from error


def line(message: dict[str, Any]) -> bytes:
    """A message as one line."""
    return json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def message(text: bytes) -> dict[str, Any]:
    """The message in one line.

    Raises:
        Refused: it is none.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused("something unreadable") from error
    if not isinstance(found, dict):
        raise Refused("something unreadable")
    return found
