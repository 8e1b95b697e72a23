"""Many modalities: an old latent space for a new one, who may share weights, fusion over time."""
