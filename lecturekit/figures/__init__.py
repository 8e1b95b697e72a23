"""Figures: pure functions from data to a plotly figure, in one style, for the back row too."""
