"""A JupyterHub for the class, on one Linux machine; the guide is notebooks/for_hubs.md."""
