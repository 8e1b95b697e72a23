"""What students get wrong in homework 3, and what the hint must say then."""

from __future__ import annotations

# Solution → mistake → (what is changed in the solution [old, new, …], the hint must say, and the
# test cell that says it, where it is not the first one).
MISTAKES: dict[str, dict[str, tuple[list[str], str] | tuple[list[str], str, str]]] = {
    "masked_loss": {
        "a missing label counts as 0": (
            ["* mask", "", "tf.reduce_sum(mask, axis)", "tf.reduce_sum(tf.ones_like(mask), axis)"],
            "Missing is not 0",
        ),
        "divides by the rows": (
            ["tf.reduce_sum(mask, axis))", "tf.cast(tf.shape(mask)[0], tf.float32))"],
            "mean of all squared errors",
        ),
        "divides by all cells": (
            ["tf.reduce_sum(mask, axis))", "tf.reduce_sum(tf.ones_like(mask), axis))"],
            "number of known labels",
        ),
        "sums instead of averaging": (
            ["tf.reduce_sum(mask, axis))", "1.0)"],
            "mean of all squared errors",
        ),
        "averages each row": (["axis = 0 if", "axis = 1 if"], "one mean per task"),
        "a label of 0 counts as missing": (
            ["mask = tf.cast(known,", "mask = tf.cast(known & (labels != 0),"],
            "A label of 0 is a label",
        ),
        "masks NaN by a product": (
            ["tf.where(known, labels, 0.0)", "labels"],
            "whole loss NaN",
        ),
        "divides by no label": (
            [
                "tf.math.divide_no_nan(tf.reduce_sum(error, axis), tf.reduce_sum(mask, axis))",
                "tf.reduce_sum(error, axis) / tf.reduce_sum(mask, axis)",
            ],
            "without any known label gets 0",
        ),
        "forgets the biases": ([" + biases", ""], "mean of all squared errors"),
        "loops over tasks": (
            ["error = tf", "[t for t in range(2)]\n    error = tf"],
            "One matrix product",
        ),
        "selects after the square, so that NaN leaks into the gradient": (
            [
                "tf.square(tf.where(known, labels, 0.0) - prediction) * mask",
                "tf.where(known, tf.square(labels - prediction), 0.0)",
            ],
            "leaks into the gradient",
            "test_masked_loss_more",
        ),
        "leaves TensorFlow": (
            ["+ biases", "+ biases\n    prediction = prediction.numpy()"],
            "No gradient reaches",
            "test_masked_loss_more",
        ),
    },
    "gathered_heads": {
        "forgets the bias": ([" + tf.gather(biases, task)", ""], "bias of its own task"),
        "adds the biases in the order of rows": (
            ["tf.gather(biases, task)", "biases[:3]"],
            "bias of its own task",
        ),
        "everybody has the first head": (
            ["tf.gather(kernels, task)", "kernels[:1]"],
            "its own task's kernel",
        ),
        "sums over rows": (
            ["axis=1) + tf.gather(biases, task)", "axis=0)"],
            "its own task's kernel",
        ),
        "keeps a column": (
            ["axis=1) + tf.gather(biases, task)", "axis=1, keepdims=True)"],
            "its own task's kernel",
        ),
        "returns every head": (
            ["return tf", "return tf.matmul(features, kernels, transpose_b=True) + biases\n    tf"],
            "its own task's kernel",
        ),
        "gathers with NumPy": (
            ["tf.gather(kernels, task)", "np.asarray(kernels)[task]"],
            "No gradient reaches",
        ),
        "loops over rows": (
            ["tf.gather(kernels, task)", "tf.stack([kernels[t] for t in task])"],
            "no loop over rows",
        ),
    },
    "equal_votes": {
        "the mean over students": (
            ["return tf", "return tf.reduce_mean(error)\n    tf"],
            "louder vote",
        ),
        "absent tasks vote": (
            ["tf.reduce_sum(tf.cast(counts > 0, error.dtype))", "tasks"],
            "they have no vote",
        ),
        "absent tasks give NaN": (
            ["tf.math.divide_no_nan(sums, counts)", "sums / counts"],
            "you divide by them",
        ),
        "sums over tasks": ([") / present", ")"], "mean of the squared errors"),
        "sums in each task": (
            ["tf.math.divide_no_nan(sums, counts)", "sums"],
            "louder vote",
        ),
        "takes absolute errors": (["tf.square(", "tf.abs("], "mean of the squared errors"),
        "leaves TensorFlow": (
            ["error = tf.square(label - prediction)", "error = np.square(label - prediction)"],
            "No gradient reaches",
        ),
        "loops over tasks": (
            ["present =", "[t for t in range(tasks)]\n    present ="],
            "no loop over tasks",
        ),
    },
    "update_variances": {
        "Method Two without disagreement": ([" + disagreement", ""], "draws its task"),
        "the disagreement shrinks with the batch": (
            ["noise / batch + disagreement", "(noise + disagreement) / batch"],
            "no batch size makes it smaller",
        ),
        "Method One keeps the disagreement": (
            ["return noise / batch,", "return noise / batch + disagreement,"],
            "averages the same gradients",
        ),
        "Method One divides by the tasks again": (
            ["return noise / batch,", "return noise / batch / len(gradients),"],
            "both methods are equally noisy",
        ),
        "a mean over weights": (
            ["np.mean(np.sum((gradients - centres) ** 2, axis=2))", "np.var(gradients - centres)"],
            "adds up the variances of all weights",
        ),
        "R − 1 in place of R": (
            ["noise = ", "noise = gradients.shape[1] / (gradients.shape[1] - 1) * "],
            "mean over rows and tasks",
        ),
        "T − 1 in place of T": (
            ["disagreement = ", "disagreement = len(gradients) / (len(gradients) - 1) * "],
            "D is the mean over the tasks",
        ),
        "standard deviations": (
            ["noise / batch, noise / batch + disagreement",
             "(noise / batch) ** 0.5, (noise / batch + disagreement) ** 0.5"],
            "in proportion to the batch",
        ),
        "forgets the batch": (
            ["noise / batch, noise / batch", "noise, noise"],
            "in proportion to the batch",
        ),
    },
    "gate_to_heads": {
        "forgets the sigmoid": (
            ["1 / (1 + np.exp(-gates)) if sigmoid else gates", "gates"],
            "half open",
        ),
        "the sigmoid of the product": (
            ["1 / (1 + np.exp(-gates)) if sigmoid else gates", "gates",
             "return opened[:, :, None] * shared",
             "made = opened[:, :, None] * shared\n    "
             "return 1 / (1 + np.exp(-made)) if sigmoid else made"],
            "not on the product",
        ),
        "adds the gate": (["[:, :, None] * shared", "[:, :, None] + shared"], "scale the row"),
        "multiplies the matrices": (
            ["opened[:, :, None] * shared", "opened @ shared"],
            "scale the row",
        ),
        "features before tasks": (
            ["opened[:, :, None] * shared", "np.swapaxes(opened[:, :, None] * shared, 0, 1)"],
            "scale the row",
        ),
    },
    "closest_heads": {
        "does not clip": (["if sigmoid:", "if False:"], "turns the sign"),
        "clips the free gate too": (["if sigmoid:", "if True:"], "free gate every head"),
        "clips at −1": (["np.clip(gate, 0, 1)", "np.clip(gate, -1, 1)"], "turns the sign"),
        "forgets the upper end": (
            ["np.clip(gate, 0, 1)", "np.maximum(gate, 0)"],
            "makes a weight of W larger",
        ),
        "clips weights, not gates": (
            ["return gate[:, :, None] * shared",
             "return np.clip(heads, 0, shared) if sigmoid else gate[:, :, None] * shared"],
            "nearest head",
        ),
        "a sigmoid of the best gate": (
            ["np.clip(gate, 0, 1)", "1 / (1 + np.exp(-gate))"],
            "only where the best gate lies outside",
        ),
        "divides by zero": (["np.where(size > 0, size, 1)", "size"], "gives NaN"),
        "a gate for every output": (
            ["return gate[:, :, None] * shared",
             "gate = heads / np.where(shared == 0, np.inf, shared)\n    "
             "return (np.clip(gate, 0, 1) if sigmoid else gate) * shared"],
            "gates all outputs of a feature",
        ),
    },
    "operate": {
        "always projects": (["np.dot(first, second), 0)", "np.dot(first, second), np.inf)"],
                            "less than 90 degrees"),
        "projects only without conflict": (["min(", "max("], "less than 90 degrees"),
        "divides by the length, not its square": (
            ["sizes = np.dot(first, first), np.dot(second, second)",
             "sizes = np.dot(first, first) ** 0.5, np.dot(second, second) ** 0.5"],
            "divide by its squared length",
        ),
        "divides by the own length": (
            ["overlap / sizes[1]", "overlap / sizes[9]", "overlap / sizes[0]", "overlap / sizes[1]",
             "sizes[9]", "sizes[0]"],
            "divide by its squared length",
        ),
        "cuts the second with what is left of the first": (
            ["return first - overlap / sizes[1] * second, second - overlap / sizes[0] * first",
             "first = first - overlap / sizes[1] * second\n    "
             "overlap = min(np.dot(first, second), 0)\n    "
             "return first, second - overlap / np.dot(first, first) * first"],
            "as they came",
        ),
        "adds both": (
            ["return first, second", "return first + second"],
            "less than 90 degrees",
        ),
        "adds instead of taking out": (["first - overlap", "first + overlap"], "still points"),
        "NaN for a zero gradient": (
            ["    if overlap == 0:\n        return first, second\n", ""],
            "zero stays zero",
        ),
        "turns conflicts into zero": (
            ["first - overlap / sizes[1] * second, second - overlap / sizes[0] * first",
             "0 * first, 0 * second"],
            "Take out the part along",
        ),
    },
    "agreement": {
        "prediction − truth": (["truth - prediction", "prediction - truth"], "truth − prediction"),
        "n in place of n − 1": (["ddof=1", "ddof=0"], "with n − 1"),
        "a confidence interval of the mean": (
            ["difference.std(ddof=1)", "difference.std(ddof=1) / len(truth) ** 0.5"],
            "no confidence interval",
        ),
        "one standard deviation": (["1.96 * ", ""], "1.96 standard deviations"),
        "the variance": (["difference.std(ddof=1)", "difference.var(ddof=1)"],
                         "1.96 standard deviations"),
        "a slope of zero": (
            ["slope = 2 * (1 - explained) / (1 + 3 * explained)", "slope = 0.0"],
            "explains nothing has slope 2",
        ),
        "a fitted slope": (
            ["slope = 2 * (1 - explained) / (1 + 3 * explained)",
             "slope = np.polyfit((truth + prediction) / 2, difference, 1)[0]"],
            "do not fit it",
        ),
        "a squared correlation": (
            ["1 - np.sum(difference**2) / np.sum((truth - truth.mean()) ** 2)",
             "np.corrcoef(truth, prediction + 1e-9 * truth)[0, 1] ** 2"],
            "explains nothing has slope 2|do not fit it",
        ),
        "R² is not held": (["np.clip(explained, 0, 1)", "explained"], "held at 0 or above"),
    },
    "shrunk_intercepts": {
        "forgets the penalty": (["counts + penalty", "counts"], "shrinks every intercept"),
        "the same weight for every school": (
            ["counts + penalty, 1)", "counts, 1) * len(task) / (len(task) + penalty)"],
            "shrunk less",
        ),
        "λ / (n + λ)": (
            ["sums /", "(penalty / np.maximum(counts, 1)) * sums /"],
            "that student's residual",
        ),
        "NaN for an empty school": (
            ["np.where(counts > 0, counts + penalty, 1)", "(counts + penalty)"],
            "gives NaN",
        ),
        "sums without dividing": (
            ["sums / np.where(counts > 0, counts + penalty, 1)", "sums / (1 + penalty)"],
            "mean residual of its school",
        ),
        "loops over schools": (
            ["sums =", "[t for t in range(tasks)]\n    sums ="],
            "no loop over schools",
        ),
        "shrinks to the mean of all": (
            ["return sums / np.where(counts > 0, counts + penalty, 1)",
             "middle = residual.mean() * (penalty > 0)\n    "
             "return (sums + penalty * middle) / np.where(counts > 0, counts + penalty, 1)"],
            "that is to the pool",
        ),
    },
}  # fmt: skip
