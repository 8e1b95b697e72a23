"""What two slides print: the matrices of HighMMT's overview, and a sentence about papers.

Slide "High-Modality Multimodal Transformer" shows figure 1 of Liang et al. (TMLR 2022, arXiv
2203.01311): two matrices made up to explain the method, and the groups that follow from them.
Slide "Approaches with Deep Learning" says of latent-space transfer that no paper was seen from
2019 to 2023.
"""

from __future__ import annotations

from dataclasses import dataclass

from lecturekit.modalities.clusters import from_triangle

MODALITIES = ("1", "2", "3", "4", "5")
UNIMODAL = from_triangle([1, 3, 3, 1, 2, 3, 5, 4, 6, 3])
"""U: heterogeneity of five modalities."""
UNIMODAL_GROUPS = (0, 0, 1, 0, 2)
"""As printed: {1, 2, 4}, {3}, {5}."""

INTERACTIONS = ("12", "13", "23", "45")
CROSSMODAL = from_triangle([1, 3, 3, 1, 2, 4])
"""C: heterogeneity of four pairs of modalities."""
CROSSMODAL_GROUPS = (0, 0, 1, 0)
"""As printed: {12, 13, 45}, {23}."""


@dataclass(frozen=True)
class Paper:
    """A paper that brings a new modality into a latent space which was there before."""

    name: str
    year: int
    venue: str
    new: str
    old: str


PAPERS = (
    Paper("Cross modal distillation (Gupta, Hoffman, Malik)", 2016, "CVPR", "depth", "photos"),
    Paper("LiT (Zhai et al.)", 2022, "CVPR", "text", "photos, frozen encoder"),
    Paper("Wav2CLIP (Wu et al.)", 2022, "ICASSP", "sound", "photos and text, CLIP"),
    Paper("ImageBind (Girdhar et al.)", 2023, "CVPR", "sound, depth, heat, motion", "photos, CLIP"),
    Paper("Relative representations (Moschella et al.)", 2023, "ICLR", "any", "any, by anchors"),
    Paper(
        "Decoding speech perception (Défossez et al.)", 2023, "Nature Machine Intelligence",
        "MEG and EEG", "speech, wav2vec 2.0",
    ),
)  # fmt: skip
"""Some, not all; none of it was searched for systematically."""
