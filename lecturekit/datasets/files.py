"""Finding, verifying, fetching and keeping data files. One with a wrong checksum is never used."""

from __future__ import annotations

import bz2
import hashlib
import io
import os
import tempfile
from pathlib import Path

import numpy as np

from lecturekit.datasets.card import Card, DataError

SHIPPED = Path(__file__).resolve().parents[2] / "data"
ENVIRONMENT = "LECTUREKIT_DATA"
TIMEOUT = 10.0  # seconds without an answer; the largest file has 40 kB


def read_shipped(card: Card, name: str) -> bytes:
    """The verified bytes of a file that is part of the project. Raises DataError."""
    remedy = (
        f"Get it back with `git checkout -- data/{name}`, or build it in the project's "
        f"environment: `python data/build.py {card.name}`."
    )
    file = SHIPPED / name
    if not file.is_file():
        raise DataError(f"{card.title}: {file} is missing, yet it ships with the project. {remedy}")
    return _verified(card, name, _bytes_of(card, file), str(file), remedy)


def unpacked(data: bytes, count: int) -> list[np.ndarray]:
    """The `count` arrays of a verified file of `data/recipes/packed.py`; never a pickle."""
    stream = io.BytesIO(bz2.decompress(data))
    return [np.lib.format.read_array(stream, allow_pickle=False) for _ in range(count)]


def read(card: Card, name: str, path: str | os.PathLike[str] | None = None) -> bytes:
    """The verified bytes of a file that does not ship: from disk, else from its public address.

    Looked for in this order: `path`, when given, and then nowhere else; the folder that the
    environment variable LECTUREKIT_DATA names; the user's cache; the card's public address, and
    kept in the cache. In a folder the file may lie in its sub-folder or directly.

    Raises DataError when it's nowhere, can't be read, kept or fetched, or isn't the right file.
    """
    places = _places(path)
    for place in places:
        for file in (place / name, place / Path(name).name):
            if os.path.exists(file):  # also False where a folder may not be entered
                remedy = f"Delete it and load again to fetch it anew from {_address(card, name)}."
                return _verified(card, name, _bytes_of(card, file), str(file), remedy)
    if path is not None:
        raise DataError(
            f"{card.title}: {name} is not in {places[0]}. Name the folder that holds it, or leave "
            f"`path` out to search {ENVIRONMENT}, the cache and the network. {_stand_in(card)}"
        )
    return _fetch(card, name, places)


def write_whole(file: Path, data: bytes) -> None:
    """Write under a temporary name, then rename: `file` is there whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())  # a full disk may show only here
        os.replace(unfinished, file)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def cache_folder() -> Path:
    """Where fetched files are kept: the user's cache folder of the operating system."""
    from platformdirs import user_cache_path

    return user_cache_path("lecturekit", appauthor=False)


def _places(path: str | os.PathLike[str] | None) -> list[Path]:
    if path is not None:
        place = Path(path).expanduser()
        return [place.parent if place.is_file() else place]
    named = os.environ.get(ENVIRONMENT)
    return [*([Path(named).expanduser()] if named else []), cache_folder()]


def _fetch(card: Card, name: str, places: list[Path]) -> bytes:
    address = _address(card, name)
    try:
        data = _download(address)
    except OSError as error:
        raise DataError(
            f"{card.title}: {name} is not on this machine and could not be fetched: {error}. "
            f"Looked in {', then '.join(map(str, places))}, then at {address}. "
            f"Put the file in a folder and set {ENVIRONMENT} to that folder. {_stand_in(card)}"
        ) from error
    remedy = "Nothing was kept. A proxy or log-in page may have answered instead: fetch it by hand."
    _verified(card, name, data, address, remedy)
    kept = places[-1] / name
    try:
        write_whole(kept, data)
    except OSError as error:
        raise DataError(
            f"{card.title}: {name} was fetched but could not be kept in {kept.parent}: {error}. "
            f"Free some space there, or put the file from {address} in another folder and set "
            f"{ENVIRONMENT} to that folder."
        ) from error
    return data


def _download(address: str) -> bytes:
    """Raises OSError, in words, when there is no network, no file, or the answer breaks off."""
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import urlopen

    try:
        with urlopen(address, timeout=TIMEOUT) as answer:
            return answer.read()
    except HTTPError as error:
        raise OSError(f"the server answered {error.code} {error.reason}") from error
    except HTTPException as error:
        raise OSError(f"the answer broke off ({error!r})") from error
    except OSError as error:
        raise OSError(f"no network ({getattr(error, 'reason', error)})") from error


def _verified(card: Card, name: str, data: bytes, where: str, remedy: str) -> bytes:
    found = hashlib.sha256(data).hexdigest()
    if found != card.files[name]:
        raise DataError(
            f"{card.title}: {where} is truncated or altered and is not used: its {len(data):,} "
            f"bytes have SHA-256 {found}, expected {card.files[name]}. {remedy}"
        )
    return data


def _bytes_of(card: Card, file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise DataError(
            f"{card.title}: {file} cannot be read ({error.strerror or error}). "
            "Make it a file that you may read, or delete it."
        ) from error


def _address(card: Card, name: str) -> str:
    return f"{card.address}/{Path(name).name}"


def _stand_in(card: Card) -> str:
    return f"Shipped in its place: {card.stand_in}."
