"""What crosses the wall arrives as it was, and nothing else crosses."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lecturekit.homework import wire

DTYPES = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]
PLAIN = [None, True, False, 0, -7, 10**30, "", "Größe ≤ 3\n", 0.1, -0.0, 5e-324, np.inf, -np.inf]
NASTY = [
    *[None, True, -1, 0, 3, 10**400, 2**70, 1e400, float("nan"), "", "12", "nan", "0x1p99999"],
    *["AAAA", "A", "é", "\ud800", "<f8", ">f8", "|O", "f8,f8", "(2,3)f8", "{'names': 1}", "<U9"],
    *["array", "tensor", "dtype", "shape", "list", "tuple", "dict", "plain", "float", [], {}],
]


def through(value):
    """`value` after it went over as a line."""
    return wire.unpack(wire.message(wire.line({"value": wire.pack(value)}))["value"])


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_a_plain_value_arrives_as_it_was(value):
    found = through(value)
    assert type(found) is type(value)
    assert repr(found) == repr(value)


def test_nan_arrives_as_nan():
    assert np.isnan(through(float("nan")))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0, 3), (5,), (2, 3, 4)], ids=str)
def test_an_array_arrives_with_its_type_shape_and_values(dtype, shape):
    value = np.random.default_rng(0).integers(0, 2, shape).astype(dtype)
    found = through(value)
    assert (found.dtype, found.shape) == (value.dtype, value.shape)
    np.testing.assert_array_equal(found, value)


def test_an_array_may_lie_in_memory_as_it_likes():
    value = np.arange(12, dtype=np.float32).reshape(3, 4)
    for other in (value.T, value[:, ::-1], np.asfortranarray(value), value.astype(">f4")):
        np.testing.assert_array_equal(through(other), other)


def test_what_arrives_is_a_copy_that_can_be_written_to():
    value = np.zeros(3)
    found = through(value)
    found[0] = 1
    assert value[0] == 0


def test_lists_tuples_and_dicts_keep_their_kind():
    found = through(({"a": [1, 2.5]}, [np.float32(3)], ()))
    assert type(found) is tuple and found[2] == ()
    assert found[0] == {"a": [1, 2.5]} and found[1][0] == 3


def test_a_tensor_arrives_outside_as_an_array_and_inside_as_a_tensor():
    import tensorflow as tf

    packed = wire.pack(tf.constant([1.5, 2.5]))
    assert type(wire.unpack(packed)) is np.ndarray
    inside = wire.unpack(packed, tensors=True)
    assert tf.is_tensor(inside) and inside.dtype == tf.float32
    assert type(wire.unpack(wire.pack(np.ones(2)), tensors=True)) is np.ndarray


class EqualToAll(list):
    """Says that it equals everything."""

    def __eq__(self, other):
        return True

    __hash__ = None


class OwnArray(np.ndarray):
    """An array that could answer as it likes."""


def nested(depth):
    """A list in a list in a list."""
    return [] if depth == 0 else [nested(depth - 1)]


def endless():
    """A list that holds itself."""
    value: list = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    "value",
    [
        *[object(), {1, 2}, {1: 2}, 1j, b"bytes", len, lambda: 0, (n for n in ()), EqualToAll()],
        *[np.ones(2).view(OwnArray), np.ones(2, complex), np.array(["a"]), np.array([object()])],
        *[np.ones(2, np.longdouble), np.array(["2020"], "M8[Y]"), nested(9), endless()],
    ],
    ids=lambda value: type(value).__name__,
)
def test_anything_else_does_not_leave(value):
    with pytest.raises(wire.Refused):
        wire.pack(value)


@pytest.mark.parametrize(
    "forged",
    [
        *[None, [], {}, "function", {"plain": 1.5}, {"plain": []}, {"float": "x"}, {"run": "code"}],
        {"array": "", "dtype": "|O", "shape": [0]},
        {"array": "", "dtype": "f8,f8", "shape": [0]},
        {"array": "AAAA", "dtype": "<f8", "shape": [1]},
        {"array": "", "dtype": "<f8", "shape": [float("inf")]},
        {"array": "", "dtype": "<f8", "shape": [2**70]},
        {"array": "", "dtype": "<f8", "shape": [-1, 0]},
        {"array": "", "dtype": "<f8", "shape": [0] * 9},
        {"array": "", "dtype": "<f8", "shape": [0, 123456789]},
        {"array": "!!", "dtype": "<f8", "shape": [0]},
        {"array": "é", "dtype": "<f8", "shape": [0]},
        {"array": None, "dtype": None, "shape": None},
    ],
    ids=str,
)
def test_a_forged_value_is_refused(forged):
    with pytest.raises(wire.Refused):
        wire.unpack(forged)


def is_plain(value):
    """Whether a value and all in it is of the types that may cross, and no other."""
    if type(value) in (list, tuple):
        return all(is_plain(one) for one in value)
    if type(value) is dict:
        return all(type(key) is str and is_plain(one) for key, one in value.items())
    if type(value) is np.ndarray:
        return value.dtype.kind in "biuf" and value.flags.owndata
    return value is None or type(value) in (bool, int, float, str)


def any_value(rng, depth=0):
    """A random thing that JSON can hold, most of it nearly right."""
    sort = rng.integers(0, 4 if depth < 5 else 1)
    if sort == 0:
        return NASTY[rng.integers(len(NASTY))]
    if sort == 1:
        return [any_value(rng, depth + 1) for _ in range(rng.integers(0, 3))]
    key = ("plain", "float", "list", "tuple", "dict", "array", "tensor", "x")[rng.integers(8)]
    if sort == 2:
        return {key: any_value(rng, depth + 1)}
    more = {name: any_value(rng, depth + 1) for name in ("dtype", "shape")}
    return {key: any_value(rng, depth + 1)} | more


def test_of_10_000_forged_values_each_is_refused_or_plain():
    rng, refused = np.random.default_rng(0), 0
    for _ in range(10_000):
        value = any_value(rng)
        try:
            assert is_plain(wire.unpack(value)), value
        except wire.Refused:
            refused += 1
    assert 1000 < refused < 9990  # both ends are met


def test_of_3000_damaged_lines_each_is_refused_or_a_message():
    rng, refused = np.random.default_rng(1), 0
    whole = wire.line({"number": 3, "value": wire.pack({"a": [1, np.arange(3.0)], "b": "ü"})})
    for _ in range(3000):
        line = bytearray(whole)
        for _ in range(rng.integers(1, 4)):
            line[rng.integers(len(line))] = rng.integers(256)
        try:
            found = wire.message(bytes(line[: rng.integers(1, len(line) + 1)]))
            assert isinstance(found, dict)
        except wire.Refused:
            refused += 1
    assert 1000 < refused < 3000


@pytest.mark.parametrize(
    "line",
    [b"", b"[]", b"1", b"null", b"\xff\xfe{", b"[" * 10**6, b'{"a":' * 10**5, b"1" * 10**5],
    ids=lambda line: repr(line[:8]),
)
def test_a_line_that_is_no_message_is_refused(line):
    with pytest.raises(wire.Refused):
        wire.message(line)


def test_a_message_is_one_line_whatever_it_says():
    line = wire.line({"text": "one\ntwo\r\u2028three\ud800"})
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    assert json.loads(line)["text"] == "one\ntwo\r\u2028three\ud800"


def test_an_array_that_no_message_holds_is_refused_before_it_becomes_text():
    largest = np.zeros(wire.LIMIT, "u1")
    assert wire.unpack(wire.pack(largest)).nbytes == wire.LIMIT
    with pytest.raises(wire.Refused, match="a very large array"):
        wire.pack(np.zeros(wire.LIMIT + 1, "u1"))
