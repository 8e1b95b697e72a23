"""Mean teacher: the target comes from a running average of the network's own weights.

Tarvainen and Valpola 2017 (arXiv 1703.01780). Beyond the slide: the same consistency idea with
another answer to the question whose prediction to trust.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import tensorflow as tf

from lecturekit.semi_supervised.objective import Objective


class MeanTeacher(Objective):
    """Squared distance between the student's prediction on x̂ and the teacher's on x.

    It takes the place of `Objective` in a study. Of a recipe it obeys `weight`, which grows from 0
    along e^{−5 (1 − t)²} over the first half of the run, and `augment_labels`.

    Args:
        build: makes a network like the student.
        memory: α, the largest share that the teacher keeps of itself in a step.
    """

    def __init__(
        self, *args, build: Callable[[int], keras.Model], memory: float = 0.9, **kwargs
    ) -> None:
        super().__init__(*args, **kwargs)
        self.teacher, self.memory = build(0), memory

    def __call__(self, model: keras.Model, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """x: [rows, …], labelled rows first; y: int32 [rows]."""
        if x.shape[0] == self.labelled:  # nobody to teach
            return super().__call__(model, x, y)
        step = tf.cast(self.step, tf.float32)
        keep = tf.minimum(step / (step + 1), self.memory)  # the first step copies the student
        for mean, weight in zip(self.teacher.weights, model.weights, strict=True):
            mean.assign(keep * mean + (1 - keep) * weight)
        n, augmented = self.labelled, self.augment(x, tf.stack([self.seed, self.step]))
        self.step.assign_add(1)
        seen = tf.where(self.knobs["augment_labels"], augmented[:n], x[:n])
        out = model(tf.concat([seen, augmented[n:]], 0))
        target = tf.stop_gradient(tf.nn.softmax(self.teacher(x[n:])))
        distance = tf.reduce_mean(tf.square(tf.nn.softmax(out[n:]) - target))
        grown = tf.minimum(2 * step / self.steps, 1.0)
        weight = self.knobs["weight"] * tf.exp(-5 * tf.square(1 - grown))
        return self.supervised(y[:n], out[:n]) + weight * self.classes * distance
