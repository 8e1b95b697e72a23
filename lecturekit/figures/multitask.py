"""Figures of the multi-task notebook: the ladder, the noise of a batch, agreement, maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lecturekit.figures.compare import by_name
from lecturekit.figures.style import INK, Look, figure, look
from lecturekit.metrics import BlandAltman

Floats = NDArray[np.floating]


def lines_by_task(
    x: Floats, y: Floats, task: NDArray, *, title: str, x_name: str, y_name: str
) -> go.Figure:
    """A least-squares line for each task over its own range, and the line of everybody in bold.

    Args:
        x, y, task: [rows]; a task with fewer than three rows gets no line.
    """
    made = figure(title, x_name, y_name, height=440)

    def line(rows: NDArray) -> tuple[Floats, Floats]:
        ends = np.array([x[rows].min(), x[rows].max()])
        return ends, np.polyval(np.polyfit(x[rows], y[rows], 1), ends)

    groups = [task == t for t in np.unique(task)]
    ends = [line(rows) for rows in groups if rows.sum() > 2]
    gap = np.array([np.nan])  # lifts the pen between two lines
    made.add_scatter(
        x=np.concatenate([np.r_[a, gap] for a, _ in ends]),
        y=np.concatenate([np.r_[b, gap] for _, b in ends]),
        mode="lines", name="one task", opacity=0.55, hoverinfo="skip",
        line={"color": look(0).colour, "width": 1.5},
    )  # fmt: skip
    a, b = line(np.ones(len(x), bool))
    made.add_scatter(
        x=a, y=b, mode="lines", name="everybody",
        line={"color": look(1).colour, "width": 5, "dash": "dash"},
    )  # fmt: skip
    return made


def ladder(scores: Mapping[str, Floats], *, title: str, unit: str) -> go.Figure:
    """The rungs from top to bottom, see `by_name`.

    Args:
        scores: name → [folds]; a name that begins with "ridge" is drawn as a linear model.
        title: what to see; unit: of the scores.
    """
    linear = [name for name in scores if name.startswith("ridge")]
    networks = [name for name in scores if name not in linear]
    return by_name(
        scores, title=title, unit=unit,
        groups={"network": networks, "linear, closed form": linear},
    )  # fmt: skip


def variance_by_batch(
    batches: Sequence[int],
    lines: Mapping[str, Sequence[float]],
    points: Mapping[str, Sequence[float]],
    *,
    title: str,
    span: tuple[float, float] | None = None,
) -> go.Figure:
    """Noise of one update against batch size: formulas as lines, measurements as markers.

    Args:
        batches: rows per update; lines, points: name → [len(batches)], same names.
        span: fixed ends of the vertical axis, so that a moved slider moves lines, not axes.
    """
    made = figure(title, "rows in a batch", "variance of one update (trace)")
    for i, name in enumerate(lines):
        seen = look(i)
        made.add_scatter(
            x=batches, y=lines[name], mode="lines", name=f"{name}, formula",
            line={"color": seen.colour, "dash": seen.dash, "width": 3},
        )  # fmt: skip
        if name in points:
            made.add_scatter(
                x=batches, y=points[name], mode="markers", name=f"{name}, measured",
                marker={"color": seen.colour, "symbol": seen.marker, "size": 12},
            )  # fmt: skip
    made.update_xaxes(type="log", tickvals=list(batches), ticktext=[str(b) for b in batches])
    made.update_yaxes(type="log", exponentformat="power", dtick="D2")
    if span:
        made.update_yaxes(range=np.log10(span).tolist(), dtick=1)
    return made


def by_step_size(
    rates: Sequence[float], errors: Mapping[str, Floats], *, title: str, ceiling: float = 2.0
) -> go.Figure:
    """Test error against step size; runs worse than `ceiling` are drawn at it, as diverged.

    Args:
        errors: name → [rates, folds] mean squared error.
    """
    made = figure(title, "step size (log scale)", "test error / variance of y")
    for i, (name, table) in enumerate(errors.items()):
        seen, shown = look(i), np.minimum(table, ceiling)
        made.add_scatter(
            x=np.repeat(rates, table.shape[1]), y=shown.ravel(), mode="markers", showlegend=False,
            marker={"color": seen.colour, "symbol": seen.marker, "size": 8, "opacity": 0.4},
            hoverinfo="x+y",
        )  # fmt: skip
        made.add_scatter(
            x=list(rates), y=np.median(shown, axis=1), mode="lines+markers", name=f"{name}, median",
            line={"color": seen.colour, "dash": seen.dash, "width": 3},
            marker={"symbol": seen.marker, "size": 12},
        )  # fmt: skip
    made.add_hline(
        y=1, line={"color": INK, "dash": "dot"},
        annotation={"text": "predicting the mean", "xanchor": "right"},
    )  # fmt: skip
    made.update_xaxes(type="log", tickvals=list(rates), ticktext=[f"{r:g}" for r in rates])
    return made


def agreement(
    measured: BlandAltman, *, title: str, unit: str, chosen: NDArray | None = None
) -> go.Figure:
    """Bland–Altman plot with the slope that even a perfectly calibrated model must show.

    Args:
        chosen: [rows] bool, rows to stand out.
    """
    made = figure(
        title, f"(truth + prediction) / 2, {unit}", f"truth − prediction, {unit}", height=460
    )
    chosen = np.zeros(len(measured.mean), bool) if chosen is None else chosen
    everybody = np.ones(len(measured.mean), bool)  # drawn once, whichever school is chosen
    for rows, name, seen, size in (
        (everybody, "student", Look("#777777", "circle", "solid"), 5),
        (chosen, "this school", look(1), 11),
    ):
        marker = {"color": seen.colour, "symbol": seen.marker, "size": size}
        marker["opacity"] = 0.35 if seen.marker == "circle" else 1
        x, y = measured.mean[rows], measured.difference[rows]
        made.add_trace(go.Scattergl(x=x, y=y, mode="markers", name=name, marker=marker))
    ends = np.array([measured.mean.min(), measured.mean.max()])
    away = ends - measured.mean.mean()
    for slope, name, index in (
        (measured.slope, "slope found", 0),
        (measured.reference_slope, "slope of a perfectly calibrated model", 2),
    ):
        made.add_scatter(
            x=ends, y=measured.bias + slope * away, mode="lines", name=name,
            line={"color": look(index).colour, "dash": look(index).dash, "width": 4},
        )  # fmt: skip
    for limit in (measured.low, measured.high):
        made.add_hline(
            y=limit, line={"color": INK, "dash": "longdash"},
            annotation={"text": "limit of agreement", "font": {"size": 13}},
        )  # fmt: skip
    return made


def two_maps(
    left: Floats, right: Floats, value: Floats, labels: Sequence[str], *, names: tuple[str, str],
    title: str, unit: str,
) -> go.Figure:  # fmt: skip
    """Two maps of the same points side by side, coloured and sized by one value.

    Args:
        left, right: [points, 2]; value: [points]; names: of the two maps; unit: of the value.
    """
    made = figure(title, names[0], "", height=460)
    value = np.asarray(value, float)
    size = 8 + 14 * (value - value.min()) / max(float(np.ptp(value)), 1e-12)
    for i, points in enumerate((left, right)):
        made.add_scatter(
            x=points[:, 0], y=points[:, 1], mode="markers", showlegend=False, text=list(labels),
            xaxis=f"x{i + 1}" if i else "x", yaxis=f"y{i + 1}" if i else "y",
            hovertemplate="%{text}<br>%{marker.color:.2f}<extra></extra>",
            marker={"color": value, "size": size, "colorscale": "Cividis", "showscale": i == 1,
                    "line": {"width": 1, "color": INK}, "colorbar": {"title": {"text": unit}}},
        )  # fmt: skip
    blank = {"showticklabels": False, "ticks": "", "zeroline": False}
    made.update_layout(
        xaxis={"domain": [0, 0.47], **blank},
        yaxis=blank,
        xaxis2={"domain": [0.53, 1], "title_text": names[1], **blank},
        yaxis2={"anchor": "x2", **blank},
    )
    return made
