"""What to do when tasks pull apart: gradient balancing, one method a function.

The first group turns the gradients of T tasks, [T, weights], into one step; it costs T backward
passes. The second group weighs the T losses; it costs one or two.
Kurin et al. 2022 and Xin et al. 2022 find that a plain sum with ordinary care is hard to beat.
"""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf


def plain(gradients: tf.Tensor) -> tf.Tensor:
    """The sum of all task gradients: gradient descent on the sum of losses."""
    return tf.reduce_sum(gradients, 0)


def pcgrad(gradients: tf.Tensor) -> tf.Tensor:
    """PCGrad (Yu et al. 2020): take out of each gradient what points against another task's.

    The others are taken in their given order; shuffle the rows of `gradients` for a random one.
    """
    squared = tf.reduce_sum(tf.square(gradients), 1)

    def without_conflict(task: int) -> tf.Tensor:
        own = gradients[task]
        for other in range(gradients.shape[0]):
            if other == task:
                continue
            overlap = tf.reduce_sum(own * gradients[other])
            own -= (
                tf.math.divide_no_nan(tf.minimum(overlap, 0.0), squared[other]) * gradients[other]
            )
        return own

    return tf.add_n([without_conflict(task) for task in range(gradients.shape[0])])


def _smallest_on_simplex(
    slope: Callable[[tf.Tensor], tf.Tensor], tasks: int, rounds: int = 50
) -> tf.Tensor:
    """Weights on the simplex that minimise a convex function of given gradient, by Frank–Wolfe."""

    def towards_best_corner(k: tf.Tensor, weights: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        corner = tf.one_hot(tf.argmin(slope(weights)), tasks)
        return k + 1, weights + 2 / (k + 3) * (corner - weights)

    start = (tf.constant(0.0), tf.fill((tasks,), 1.0 / tasks))
    return tf.while_loop(lambda k, _: k < rounds, towards_best_corner, start)[1]


def mgda(gradients: tf.Tensor) -> tf.Tensor:
    """MGDA (Désidéri 2012; Sener & Koltun 2018): the shortest vector in the hull of the gradients.

    No task gets worse to first order; zero where the tasks cannot all improve. Exact for two
    tasks; for more, 50 rounds of Frank–Wolfe come within about a percent.
    """
    if gradients.shape[0] == 2:
        gap = gradients[0] - gradients[1]
        share = tf.math.divide_no_nan(-tf.reduce_sum(gap * gradients[1]), tf.reduce_sum(gap**2))
        share = tf.clip_by_value(share, 0.0, 1.0)
        weights = tf.stack([share, 1 - share])
    else:
        gram = gradients @ tf.transpose(gradients)
        weights = _smallest_on_simplex(lambda w: tf.linalg.matvec(gram, w), gradients.shape[0])
    return tf.linalg.matvec(tf.transpose(gradients), weights)


def cagrad(gradients: tf.Tensor, c: float = 0.5) -> tf.Tensor:
    """CAGrad (Liu et al. 2021): best step for the worst-off task within a ball around the mean.

    Args:
        c: radius of the ball over the length of the mean gradient, in [0, 1): 0 is the mean.
    """
    if not 0 <= c < 1:
        raise ValueError(f"c must lie in [0, 1), got {c}")
    mean = tf.reduce_mean(gradients, 0)
    radius = c * tf.norm(mean)
    gram = gradients @ tf.transpose(gradients)
    onto_mean = tf.linalg.matvec(gradients, mean)

    def slope(w: tf.Tensor) -> tf.Tensor:
        pull = tf.linalg.matvec(gram, w)
        return onto_mean + radius * pull / tf.sqrt(tf.reduce_sum(w * pull) + 1e-12)

    weights = _smallest_on_simplex(slope, gradients.shape[0])
    worst = tf.linalg.matvec(tf.transpose(gradients), weights)
    step = mean + radius * tf.math.divide_no_nan(worst, tf.norm(worst))
    return step * float(gradients.shape[0]) / (1 + c**2)  # the scale of a sum, as the others


def uncertainty(losses: tf.Tensor, log_variance: tf.Tensor) -> tf.Tensor:
    """Uncertainty weighting (Kendall et al. 2018): Σ L_t e^(−s_t)/2 + s_t/2 with s_t learned.

    At the best s_t = log L_t it minimises the sum of the *logarithms* of the losses: tasks are
    weighted by how small their loss can get, which is not the same as by importance.

    Args:
        losses: [T]; log_variance: [T], s, a trainable variable.
    """
    return tf.reduce_sum(losses * tf.exp(-log_variance) + log_variance) / 2


def gradnorm(
    norms: tf.Tensor, losses: tf.Tensor, first: tf.Tensor, weights: tf.Tensor, alpha: float = 1.5
) -> tf.Tensor:
    """GradNorm (Chen et al. 2018): Σ |w_t n_t − target_t|, to be minimised over the weights.

    The target is the mean of w·n times (relative inverse training rate)^α, with no gradient.

    Args:
        norms: [T] gradient length of each unweighted loss; losses, first: [T] now and at step 0.
        weights: [T], trainable; rescale them to sum to T after each update.
        alpha: 0 equalises gradient lengths; larger lets slow tasks pull harder.
    """
    rate = losses / first
    rate /= tf.reduce_mean(rate)
    target = tf.stop_gradient(tf.reduce_mean(weights * norms) * rate**alpha)
    return tf.reduce_sum(tf.abs(weights * norms - target))
