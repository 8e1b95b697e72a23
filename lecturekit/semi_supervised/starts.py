"""First weights from elsewhere: the "initialization" of the slide's table, in small."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lecturekit.datasets import Texts
from lecturekit.semi_supervised import networks
from lecturekit.semi_supervised.augment import Images
from lecturekit.semi_supervised.objective import AUGMENTED
from lecturekit.semi_supervised.study import Draw, Study
from lecturekit.semi_supervised.wordings import inverse_frequency
from lecturekit.training import Trainer, fit

Weights = list[NDArray]


def other_digits() -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """1,797 digits of another source, made as large as ours: [n, 28, 28, 1] in 0 … 1, and labels.

    UCI's 8 × 8 digits, as scikit-learn carries them: other writers, another scanner.
    """
    from sklearn.datasets import load_digits

    found = load_digits()
    large = tf.image.resize(found.images[..., None] / 16.0, (20, 20)).numpy()
    x = np.pad(large, ((0, 0), (4, 4), (4, 4), (0, 0))).astype(np.float32)
    return np.clip(x, 0, 1), found.target.astype(np.int32)


def digits_from_elsewhere(study: Study, seed: int = 0) -> Weights:
    """All weights but the read-out, trained with the labels of `other_digits`."""
    x, y = other_digits()
    every = np.arange(len(x))
    study.run(Draw(x, y, every[:-1], every[:-1], every[-1:], seed), AUGMENTED)
    return study.trainer.model.get_weights()[:-2]


def digits_from_pairs(
    pool: NDArray[np.float32], loss, *, seed: int = 0, steps: int = 300, batch: int = 64
) -> tuple[Weights, NDArray[np.float32]]:
    """All weights but the read-out, trained without labels on pairs of augmented pictures.

    Two augmentations of one digit are similar, those of two digits dissimilar.

    Args:
        pool: [n, 28, 28, 1]; loss: ``loss(embeddings [2·batch, 32], which digit [2·batch])``.
    Returns: the weights, and the loss of every step.
    """
    model, augment = networks.digit_network(seed), Images()
    features = keras.Model(model.input, model.layers[-2].output)
    embed = keras.layers.Dense(32, name="embedding")
    paired = keras.Model(features.input, embed(features.output))
    step = tf.Variable(0)

    def objective(network: keras.Model, x: tf.Tensor) -> tf.Tensor:
        step.assign_add(1)
        views = augment(tf.concat([x, x], 0), tf.stack([seed, step]))
        which = tf.tile(tf.range(tf.shape(x)[0]), [2])
        return loss(tf.math.l2_normalize(network(views), 1), which)

    falling = keras.optimizers.schedules.CosineDecay(2e-3, steps)
    trainer = Trainer(paired, objective, lambda: keras.optimizers.Adam(falling), jit=False)
    order = np.random.default_rng(seed).integers(0, len(pool), (1, steps, batch))
    history = fit(trainer, (pool,), order)
    return model.get_weights()[:-2], history.loss


def word_vectors(texts: Sequence[Texts], units: int = 64) -> NDArray[np.float32]:
    """Word vectors from texts without labels, [vocabulary, units]: latent semantic analysis.

    Words that occur in the same texts get similar vectors: the leading right singular vectors of
    the TF-IDF table (Deerwester et al. 1990).
    """
    from sklearn.decomposition import TruncatedSVD

    idf = inverse_frequency(texts[0])
    table = np.concatenate([np.log1p(t.x) for t in texts]) * idf
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)
    found = TruncatedSVD(units, random_state=0).fit(table).components_.T * idf[:, None]
    return (found / found.std() / np.sqrt(units)).astype(np.float32)
