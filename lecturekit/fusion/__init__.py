"""Fusing modalities: early, late, in between; what damage does to each; where to merge.

`networks` holds the fusions by name, `study` trains them, `decision` combines classifiers,
`layers` joins streams inside a network, `parameters` counts. `regimes` makes two modalities to
order. The slide's recipes: `compression`, `gradual`, `similarity`, `granger`; merging as
a search: `merging` (which modalities), `depths` (which layers).
"""

from lecturekit.fusion.compression import StackedAutoEncoder
from lecturekit.fusion.decision import decision_fusion
from lecturekit.fusion.depths import DepthSearch, activations
from lecturekit.fusion.gradual import BlockDense
from lecturekit.fusion.layers import GatedUnit, LowRankTensor, ModDrop, OuterProduct
from lecturekit.fusion.merging import Search, groupings, in_words
from lecturekit.fusion.networks import FUSIONS, build, decide
from lecturekit.fusion.regimes import REGIMES, make_dial, make_regime
from lecturekit.fusion.similarity import cka_matrix, linear_cka, most_similar
from lecturekit.fusion.study import Fusion, damaged, noisy_copies

__all__ = [
    "FUSIONS",
    "REGIMES",
    "BlockDense",
    "DepthSearch",
    "Fusion",
    "GatedUnit",
    "LowRankTensor",
    "ModDrop",
    "OuterProduct",
    "Search",
    "StackedAutoEncoder",
    "activations",
    "build",
    "cka_matrix",
    "damaged",
    "decide",
    "decision_fusion",
    "groupings",
    "in_words",
    "linear_cka",
    "make_dial",
    "make_regime",
    "most_similar",
    "noisy_copies",
]
