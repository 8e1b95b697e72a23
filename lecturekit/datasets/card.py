"""What a data set says about itself, and the one error that all loaders raise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class DataError(Exception):
    """A data set is missing, damaged or not fit for use; the message says which, and the remedy."""


@dataclass(frozen=True)
class Card:
    """Where the data come from and what they may be used for.

    `files` maps each file, relative to a data folder, to its SHA-256 (hex). `address` is the public
    folder that the files can be fetched from; empty for data that ship or are generated.
    `stand_in` names the data set to use where the files cannot be had. `address`, `stand_in` and
    `files` are what `lecturekit.datasets.files` works from; the rest is for people.
    """

    name: str
    title: str
    source: str
    licence: str
    citation: str
    splits: str
    not_for: str
    files: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    stand_in: str = ""

    def _repr_markdown_(self) -> str:
        rows = (
            ("Source", self.source),
            ("Licence", self.licence),
            ("Citation", self.citation),
            ("Splits", self.splits),
            ("Not for", self.not_for),
        )
        return "\n".join([f"**{self.title}**", "", *(f"- *{head}*: {text}" for head, text in rows)])
