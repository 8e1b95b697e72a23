"""One small fit on the devices that the first word says: one, mirrored, worker NUMBER PORT PORT.

A process of its own, because TensorFlow's devices are chosen once. The last line that it prints is
its losses and two predictions, as JSON.
"""

from __future__ import annotations

import json
import os
import sys


def strategy(kind: str, *rest: str):
    """The `tf.distribute` strategy."""
    if kind == "worker":  # read when TensorFlow starts
        workers = [f"127.0.0.1:{port}" for port in rest[1:]]
        task = {"type": "worker", "index": int(rest[0])}
        os.environ["TF_CONFIG"] = json.dumps({"cluster": {"worker": workers}, "task": task})
    import tensorflow as tf

    if kind == "one":
        return tf.distribute.get_strategy()
    if kind == "mirrored":
        two = [tf.config.LogicalDeviceConfiguration()] * 2
        tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], two)
        return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    ring = tf.distribute.experimental.CommunicationImplementation.RING
    return tf.distribute.MultiWorkerMirroredStrategy(
        communication_options=tf.distribute.experimental.CommunicationOptions(implementation=ring)
    )


def main(kind: str, *rest: str) -> None:
    chosen = strategy(kind, *rest)
    import keras
    import numpy as np
    import tensorflow as tf

    from lecturekit.training import Trainer, fit

    rng = np.random.default_rng(0)
    x = rng.normal(size=(512, 8)).astype(np.float32)
    y = (x @ rng.normal(size=(8, 1))).astype(np.float32)
    order = rng.integers(0, 512, size=(3, 20, 64))
    with chosen.scope():
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [keras.Input((8,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1)]
        )
        trainer = Trainer(
            model,
            lambda model, x, y: tf.reduce_mean((model(x, training=True) - y) ** 2),
            lambda: keras.optimizers.Adam(1e-2),
        )
        history = fit(trainer, [x, y], order)
        seen = trainer.predict(x[:2]).ravel().tolist()
    told = {"devices": trainer.devices, "loss": history.loss.tolist(), "seen": seen}
    print(json.dumps(told), flush=True)
    os._exit(0)  # the other worker may be gone before this one has said goodbye


if __name__ == "__main__":
    main(*sys.argv[1:])
