"""Learning from few labels and many unlabelled rows: augmentation, objective, and their studies."""
