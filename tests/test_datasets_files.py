"""Finding, verifying, fetching and keeping files: every way in which it goes wrong."""

from __future__ import annotations

import bz2
import errno
import hashlib
import http.server
import io
import socket
import threading
from dataclasses import replace

import numpy as np
import pytest

from lecturekit.datasets import (
    Card,
    DataError,
    files,
    load_digits,
    load_exams,
    load_faces,
    load_other_topics,
    load_schools,
    load_survey,
    load_topics,
)
from lecturekit.datasets import exams as exams_room
from lecturekit.datasets import survey as survey_room

GOOD = b"all of it"
NAME = "toys/toy.txt"
TOY = Card(
    name="toy",
    title="Toy",
    source="",
    licence="",
    citation="",
    splits="",
    not_for="",
    files={NAME: hashlib.sha256(GOOD).hexdigest()},
    address="http://127.0.0.1:9/toys",
    stand_in="load_exams()",
)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, no LECTUREKIT_DATA, and no proxy between the test and its own server."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(files, "cache_folder", lambda: folder)
    monkeypatch.delenv("LECTUREKIT_DATA", raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return folder


@pytest.fixture
def offline(monkeypatch):
    """A network that is down, and that counts who tries."""
    tried = []

    def down(address, timeout):
        tried.append((address, timeout))
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr("urllib.request.urlopen", down)
    return tried


@pytest.fixture
def server():
    """A real web server on this machine; answers are set by the test."""
    answers = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body, promised = answers.get(self.path, (None, 0))
            if body is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(promised))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
    card = replace(TOY, address=f"http://127.0.0.1:{running.server_port}/toys")
    yield card, answers
    running.shutdown()
    running.server_close()


def put(folder, data=GOOD, name=NAME):
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_order_path_then_variable_then_cache(tmp_path, cache, monkeypatch, offline):
    put(cache)
    assert files.read(TOY, NAME) == GOOD
    put(cache, b"damaged")
    put(tmp_path / "named")
    monkeypatch.setenv("LECTUREKIT_DATA", str(tmp_path / "named"))
    assert files.read(TOY, NAME) == GOOD  # never came to the damaged one
    put(tmp_path / "named", b"damaged too")
    put(tmp_path / "given")
    assert files.read(TOY, NAME, tmp_path / "given") == GOOD
    assert not offline


def test_variable_without_the_file_goes_on_to_the_cache(tmp_path, cache, monkeypatch, offline):
    put(cache)
    monkeypatch.setenv("LECTUREKIT_DATA", str(tmp_path / "elsewhere"))
    assert files.read(TOY, NAME) == GOOD


def test_file_directly_in_the_folder_or_named_itself(tmp_path, cache):
    file = put(tmp_path, name="toy.txt")
    assert files.read(TOY, NAME, tmp_path) == files.read(TOY, NAME, str(file)) == GOOD


def test_missing_under_a_given_path_is_not_looked_for_elsewhere(tmp_path, cache, offline):
    put(cache)
    with pytest.raises(DataError, match=r"toys/toy\.txt is not in .*empty.*leave `path` out"):
        files.read(TOY, NAME, tmp_path / "empty")
    assert not offline


@pytest.mark.parametrize("data", [b"", GOOD[:-3], b"all of IT"])
def test_truncated_or_altered_file_is_never_used(cache, data, offline):
    file = put(cache, data)
    with pytest.raises(DataError, match="truncated or altered and is not used") as caught:
        files.read(TOY, NAME)
    message = str(caught.value)
    assert str(file) in message and f"its {len(data)} bytes" in message
    assert hashlib.sha256(data).hexdigest() in message and TOY.files[NAME] in message
    assert "Delete it and load again to fetch it anew" in message
    assert not offline


def test_unreadable_file_says_so(cache):
    (cache / NAME).mkdir(parents=True)
    with pytest.raises(DataError, match=r"toy\.txt cannot be read .*delete it"):
        files.read(TOY, NAME)


def test_no_network_says_where_it_looked_and_what_to_use_instead(
    tmp_path, cache, monkeypatch, offline
):
    monkeypatch.setenv("LECTUREKIT_DATA", str(tmp_path / "named"))
    with pytest.raises(DataError) as caught:
        load_schools()
    message = str(caught.value)
    for part in (
        "school/school_b.mat is not on this machine and could not be fetched: no network",
        "Network is unreachable",
        str(tmp_path / "named"),
        str(cache),
        "https://raw.githubusercontent.com/8000net/LectureNotesMaster/master/images/"
        "school_splits/school_b.mat",
        "set LECTUREKIT_DATA",
        "Shipped in its place: load_exams()",
        "make_schools(seed)",
    ):
        assert part in message
    assert len(offline) == 1 and offline[0][1] == 10.0  # one try, and not for long
    assert not cache.exists()


def test_no_network_for_real(cache, monkeypatch):
    address = f"http://127.0.0.1:{closed_port()}"
    monkeypatch.setattr(survey_room, "CARD", replace(survey_room.CARD, address=address))
    with pytest.raises(DataError, match=r"no network \(.*refused.*load_exams.*make_survey\(seed\)"):
        load_survey()


def test_fetched_once_then_from_the_cache(cache, server):
    card, answers = server
    answers["/toys/toy.txt"] = (GOOD, len(GOOD))
    assert files.read(card, NAME) == GOOD
    answers.clear()
    assert files.read(card, NAME) == GOOD
    assert [file.name for file in cache.rglob("*") if file.is_file()] == ["toy.txt"]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((b"<html>log in</html>", 19), "altered and is not used.*Nothing was kept.*log-in page"),
        ((GOOD[:4], len(GOOD)), "could not be fetched: the answer broke off.*IncompleteRead"),
        ((None, 0), "could not be fetched: the server answered 404"),
    ],
)
def test_bad_answers_leave_no_file(cache, server, answer, message):
    card, answers = server
    answers["/toys/toy.txt"] = answer
    with pytest.raises(DataError, match=message):
        files.read(card, NAME)
    assert not [file for file in cache.rglob("*") if file.is_file()]


def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_full_disk_leaves_no_file(cache, server, monkeypatch):
    card, answers = server
    answers["/toys/toy.txt"] = (GOOD, len(GOOD))
    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(DataError, match=r"No space left on device.*Free some space"):
        files.read(card, NAME)
    assert not [file for file in cache.rglob("*") if file.is_file()]


@pytest.mark.parametrize("stop", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
def test_interrupted_write_keeps_the_old_file_and_nothing_else(tmp_path, monkeypatch, stop):
    file = put(tmp_path, b"old")

    def broken(*_):
        raise stop

    monkeypatch.setattr(files.os, "replace", broken)
    with pytest.raises(type(stop)):
        files.write_whole(file, b"new")
    assert [(f.name, f.read_bytes()) for f in file.parent.iterdir()] == [("toy.txt", b"old")]


def test_shipped_file_missing_truncated_or_altered(tmp_path, monkeypatch):
    shipped = (files.SHIPPED / "exams.csv").read_bytes()
    monkeypatch.setattr(files, "SHIPPED", tmp_path)
    with pytest.raises(DataError, match=r"exams\.csv is missing.*git checkout -- data/exams\.csv"):
        load_exams()
    for damaged in (shipped[:-100], shipped.replace(b"\n", b"\r\n")):
        (tmp_path / "exams.csv").write_bytes(damaged)
        with pytest.raises(DataError, match=r"exams\.csv is truncated or altered.*data/build\.py"):
            load_exams()


@pytest.mark.parametrize("load", [load_digits, load_faces, load_topics, load_other_topics])
def test_every_shipped_set_is_verified(load, tmp_path, monkeypatch):
    (name,) = load().card.files
    shipped = (files.SHIPPED / name).read_bytes()
    monkeypatch.setattr(files, "SHIPPED", tmp_path)
    with pytest.raises(DataError, match=f"is missing.*git checkout -- data/{name}"):
        load()
    flipped = bytes([*shipped[:-1], shipped[-1] ^ 1])
    for damaged in (b"", shipped[:-100], flipped):
        (tmp_path / name).write_bytes(damaged)
        with pytest.raises(DataError, match=f"altered and is not used.*build.py {name[:5]}"):
            load()


def test_no_pickle_is_ever_read():
    stream = io.BytesIO()
    np.save(stream, np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        files.unpacked(bz2.compress(stream.getvalue()), 1)


def test_data_cards_list_every_file_with_its_checksum():
    text = (files.SHIPPED / "README.md").read_text(encoding="utf-8")
    from lecturekit.datasets import digits, faces, schools, topics

    for room in (exams_room, digits, faces, topics, schools, survey_room):
        card = room.CARD
        assert card.files
        for name, checksum in card.files.items():
            assert name in text and checksum in text
