"""What the pictures of every explorer must say, by the mathematics; ``exercise`` moves one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hand import Hand

from lecturekit import by_hand
from lecturekit.claims import measured
from lecturekit.course.notebook import read
from lecturekit.datasets import load_exams
from lecturekit.explore.snapshot import EXPLORER_MIME
from lecturekit.figures.modalities import in_braces
from lecturekit.latent.shipped import load_evolution
from lecturekit.modalities import cost, slide, subchannel
from lecturekit.modalities.clusters import clusters
from lecturekit.modalities.streams import make_streams
from lecturekit.multitask import tug, variance
from lecturekit.semi_supervised import lab as lab_runs


def line_by_hand(hand: Hand, at: Callable[[str], str]) -> None:
    exam = load_exams()
    reading = exam.x[:, exam.features.index("reading score at 11")]
    error = np.mean((exam.y - float(at("Slope")) * reading - float(at("Height"))) ** 2)
    assert hand.title == f"Mean squared error of your line: {error:.3f}"
    line = hand.trace("your line")
    slope = np.diff(line["y"]) / np.diff(line["x"])
    assert slope == pytest.approx(float(at("Slope")), abs=1e-5)


def verdict(hand: Hand, at: Callable[[str], str]) -> None:
    effects = hand.trace("effect of a seed")["x"]
    assert len(effects) == int(at("Seeds"))
    judged = measured("made up", effects, above=0)
    assert hand.title == f"{at('Seeds')} seeds: {judged.verdict}"
    assert hand.trace("mean of all seeds")["x"] == pytest.approx([np.mean(effects)], abs=1e-5)


def one_school(hand: Hand, at: Callable[[str], str]) -> None:
    chosen = hand.trace("this school")["y"]
    off = re.search(r"([\d.]+) SD (above|below)", hand.title)
    sign = 1 if off[2] == "above" else -1
    assert np.mean(chosen) == pytest.approx(sign * float(off[1]), abs=0.006)
    assert f", {at('Model')}: " in hand.title
    assert len(chosen) < len(hand.trace("student")["y"]) / 10


def two_numbers(hand: Hand, at: Callable[[str], str]) -> None:
    parts = variance.Anatomy(1.0, float(at("Noise of a row σ²")), float(at("Disagreement D")), 65)
    ratio = parts.variance("two", 256) / parts.variance("mixed", 256)
    assert hand.title == f"At 256 rows, Method Two is {ratio:.1f} times noisier"
    line = hand.trace("Method Two, formula")
    assert line["y"] == pytest.approx([parts.variance("two", b) for b in line["x"]], rel=1e-5)


def tug_of_war(hand: Hand, at: Callable[[str], str]) -> None:
    way = np.column_stack([hand.trace("the way of θ")[axis] for axis in "xy"])
    bends = tug.curvatures(float(at("Angle of the valleys, degrees")))
    again = tug.path(at("Method"), bends, way[0].tolist(), float(at("Step size")))
    np.testing.assert_allclose(way, again, atol=1e-6)
    a, b = tug.losses(again[-1], bends)
    assert hand.title == f"{at('Method')}: loss A {a:.2f}, loss B {b:.2f}"
    handle = hand.handle("start of θ").get_attribute("aria-valuetext")
    assert handle == ", ".join(f"{number:.2f}" for number in way[0])


def gate(hand: Hand, at: Callable[[str], str]) -> None:
    head, made = hand.trace("head")["y"], hand.trace("shared weights × gate")["y"]
    missed = np.sum(~np.isclose(head, made, atol=1e-6))
    assert hand.title == f"{at('Gate')} gate: {missed} of 16 weights out of reach"
    assert missed == 0 or at("Gate") == "sigmoid"


def two_distributions(hand: Hand, at: Callable[[str], str]) -> None:
    p, q = (hand.trace(name)["y"] for name in ("p, photo", "q, augmented photo"))
    assert sum(p) == pytest.approx(1) and sum(q) == pytest.approx(1)
    found = by_hand.logit_gradients(p, q)
    stopped = hand.control("Stop-gradient on p").is_checked()
    through_p = hand.trace("of p", 1)["y"]
    assert through_p == pytest.approx([0] * 3 if stopped else found["ce"], abs=1e-5)
    assert hand.trace("of q: q − p", 1)["y"] == pytest.approx(found["q"], abs=1e-5)
    assert f"divergence {by_hand.kl_divergence(p, q):.2f}" in hand.alt


def uda_lab(hand: Hand, at: Callable[[str], str]) -> None:
    knobs = {name: float(at(label)) for name, label in (
        ("weight", "Weight λ"), ("threshold", "Mask β"), ("temperature", "Temperature τ"),
    )}  # fmt: skip
    for name, label in (("stop_gradient", "Stop-gradient"), ("align", "Alignment")):
        knobs[name] = hand.control(label).is_checked()
    curves = lab_runs.load().curves(at("Data"), **knobs)
    wrong = curves["error"][:, -1].mean()
    assert hand.title == f"{at('Data').capitalize()}: {wrong:.0f} % wrong at the end"
    assert hand.trace("mean")["y"] == pytest.approx(curves["error"].mean(0), rel=1e-5)
    largest = hand.trace("predictions of one class", 1)["y"]
    assert largest == pytest.approx(curves["largest"].mean(0), rel=1e-5)


def loaded_springs(hand: Hand, at: Callable[[str], str]) -> None:
    anchor, near, far = (
        np.ravel([hand.trace(name)[axis] for axis in "xy"])
        for name in ("anchor", "similar", "dissimilar")
    )
    squared, m = hand.control("Squared (Hadsell)").is_checked(), float(at("Margin m"))
    pull = by_hand.similar(float(np.hypot(*(near - anchor))), squared)
    push = by_hand.dissimilar(float(np.hypot(*(far - anchor))), m, squared)
    assert hand.title == f"Loss {pull[0] + push[0]:.2f}"
    assert f"pulled with force {abs(pull[1]):.2f}" in hand.alt
    assert hand.trace("dissimilar pair, now", 1)["y"] == pytest.approx([push[0]], abs=1e-5)


def jump_or_dial(hand: Hand, at: Callable[[str], str]) -> None:
    m, r = float(at("Margin m")), float(at("Similar pairs per dissimilar one, r"))
    rest = f"at {m if r < 1 else 0.0:.2f}" if r != 1 else "anywhere up to m"
    assert hand.title == f"Slide's form rests {rest}, Hadsell's at {m / (1 + r):.2f}"
    assert hand.trace("Hadsell, now", 1)["y"] == pytest.approx([m / (1 + r)], abs=1e-5)
    curve = hand.trace("Hadsell's form")
    inside = [max(0.0, m - d) for d in curve["x"]]
    pairs = list(zip(curve["x"], inside, strict=True))
    if at("Draw") == "loss":
        expected = [(r * d**2 + i**2) / 2 for d, i in pairs]
    else:
        expected = [i - r * d for d, i in pairs]
    assert curve["y"] == pytest.approx(expected, abs=1e-5)


def at_the_door(hand: Hand, at: Callable[[str], str]) -> None:
    tau, found = float(at("Threshold τ")), {}
    for name in ("FAR", "FRR"):
        curve, (now,) = hand.trace(name), hand.trace(f"{name}, now")["y"]
        after = int(np.searchsorted(curve["x"], tau))
        low, high = sorted(curve["y"][max(after - 1, 0) : after + 1])
        assert low - 1e-4 <= now <= high + 1e-4
        found[name] = now
    assert hand.title == f"FAR {found['FAR']:.1f} %, FRR {found['FRR']:.1f} %"
    point = hand.trace("this threshold", 2)
    assert (point["x"][0], point["y"][0]) == pytest.approx((found["FAR"], 100 - found["FRR"]))
    look = """(root) => { const { _fullData, _fullLayout } =
        root.querySelectorAll('.js-plotly-plot')[1];
        return [_fullData.map((trace) => trace.text), _fullLayout.images.length]; }"""
    (refused, accepted), photos = hand.root.evaluate(look)
    refused, accepted = ([float(t.split()[-1]) for t in row or []] for row in (refused, accepted))
    assert all(distance >= tau - 0.005 for distance in refused)  # two decimals are shown
    assert all(distance <= tau + 0.005 for distance in accepted)
    assert refused == sorted(refused) and accepted == sorted(accepted)[::-1]
    assert photos == 2 * len(refused + accepted) > 0


def enrolment_desk(hand: Hand, at: Callable[[str], str]) -> None:
    own, other = (hand.trace(n)["y"] for n in ("own template", "nearest other person's"))
    asked = 10 - int(at("Photos enrolled"))
    right = sum(a < b for a, b in zip(own, other, strict=True))
    assert len(own) == asked
    assert hand.title == f"{right} of {asked} photos identified among 40 people"
    assert f"photos of {at('New person')}, " in hand.alt


def a_triangle(hand: Hand, at: Callable[[str], str]) -> None:
    points = [
        [float(value) for value in np.ravel([hand.trace(name)[axis] for axis in "xy"])]
        for name in ("anchor", "positive", "negative")
    ]
    hinge = hand.control("Hinge, max(0, …)").is_checked()
    found = by_hand.triplet(*points, float(at("Margin α")), hinge)
    said, _, ending = hand.title.partition(", ")
    assert said == f"{found['zone']} negative: loss {found['loss']:.2f}".replace("-0.00", "0.00")
    assert ending == ("" if hinge else "no hinge")
    assert f"A {found['zone']} triplet" in hand.alt


def mining_race(hand: Hand, at: Callable[[str], str]) -> None:
    name, step = at("Look at"), int(at("Step"))
    curve = hand.trace(name)
    score = curve["y"][curve["x"].index(step)]
    assert hand.title == f"Step {step}: {name} {score:.0f} %"
    apart = [hand.trace(kind, 1) for kind in ("same class", "two classes")]
    assert all(sum(one["y"]) == pytest.approx(100, abs=0.1) for one in apart)
    means = [np.dot(one["x"], one["y"]) / 100 + 0.025 for one in apart]  # of the bins
    said = [float(word) for word in re.findall(r"\d\.\d\d", hand.pictures()[1]["title"])]
    assert said == pytest.approx(means, abs=0.03)


def families(hand: Hand, at: Callable[[str], str]) -> None:
    level = int(at("Level"))
    traces = [t for t in hand.pictures()[0]["traces"] if t["name"] not in ("merge later",)]
    called = {t["name"] for t in traces} - {f"level {level}"}
    count = len(called)
    kind = "families" if count > 1 else "family"
    assert hand.title == f"Level {level}: {count} {kind}, anchor {at('Anchor')}"
    assert sorted("".join(called).replace(", ", "")) == list("0123456789")


def moment(hand: Hand, at: Callable[[str], str]) -> None:
    """The picture's numbers are those of its chart; in the live one a digit is followed."""
    frame = int(at("Moment"))
    r1, score, mean = (hand.trace(name, 2)["y"][frame]
                       for name in ("R@1", "MAP@R", "mean D (right axis)"))  # fmt: skip
    said = [float(word) for word in re.findall(r"[\d.]+(?= %|$)", hand.title)]
    assert said == pytest.approx([r1, score, mean], abs=0.51)
    assert hand.trace("now", 2)["x"] == [frame, frame]


def shipped_moment(hand: Hand, at: Callable[[str], str]) -> None:
    moment(hand, at)
    large, frame = load_evolution(), int(at("Moment"))
    assert hand.title.startswith(f"Step {large.steps[frame]}: ")
    for panel, name in enumerate((at("Map"), "fixed plane")):
        layout = large.maps[name]
        own = layout[frame][large.label == 3]
        drawn = hand.trace("3", panel)
        np.testing.assert_allclose(np.c_[drawn["x"], drawn["y"]], own, atol=1e-3)


def fusion_dial(hand: Hand, at: Callable[[str], str]) -> None:
    place = int(float(at("Dial (eighths)")))
    reached = (f"{name} {hand.trace(name)['y'][place]:.0f} %" for name in (
        "early", "late", "intermediate",
    ))  # fmt: skip
    assert hand.title == f"Dial {place / 8:.2f}: " + ", ".join(reached)
    late, early = hand.trace("late")["y"], hand.trace("early")["y"]
    assert late[-1] < 55 < 90 < early[-1]  # an exclusive or


def damaged_senses(hand: Hand, at: Callable[[str], str]) -> None:
    how = "with noise" if hand.control("Trained with noise").is_checked() else "clean"
    said = f"Noise {at('Noise on image')} on image, {at('Noise on sound')} on sound; "
    assert hand.title == f"{said}{at('Missing')} missing; trained {how}"
    for name in ("early", "late", "intermediate", "gated", "ModDrop"):
        assert f"{name} {hand.trace(name)['y'][0]:.0f} %" in hand.alt


def counted_parameters(hand: Hand, at: Callable[[str], str]) -> None:
    m, d, h, k, r = (int(float(at(label))) for label in (
        "Modalities M", "Features d", "Width H", "PCA to k", "Rank r",
    ))  # fmt: skip
    expected = {
        "early": m * d * h + h,
        "apart": m * d * h + m * h,
        "early after PCA": m * min(d, k) * h + h,
        "apart, width ∝ input": m * d * d,
        "all products": (d + 1) ** m * h + h,
        "products, low rank": r * m * (d + 1) * h + h,
    }
    for name, number in expected.items():
        assert hand.trace(name)["y"][m - 2] == pytest.approx(number, rel=1e-5)
    assert hand.title.startswith(f"M = {m}, d = {d}: early {expected['early']:,}, PCA ")


def merged_at(hand: Hand, at: Callable[[str], str]) -> None:
    places = ("input", "layer 1", "layer 2")
    i, j = places.index(at("Depth in the image")), places.index(at("Depth in the sound"))
    found, alike = (np.array(hand.trace(name, k)["z"]) for k, name in enumerate(
        ("right answers", "similarity")
    ))  # fmt: skip
    rank = (found > found[i, j]).sum() + 1
    assert hand.title == f"Merged here: {found[i, j]:.1f} %, place {rank} of 9"
    assert f"similarity is {alike[i, j]:.2f}" in hand.alt


def fused_latents(hand: Hand, at: Callable[[str], str]) -> None:
    assert hand.title.startswith(f"{at('Fusion')}, {at('Missing')} missing: ")
    read = re.search(r"(\d+) % of digits read", hand.title)[1]
    assert f"reads {read} % of the digits" in hand.alt


def labels_or_company(hand: Hand, at: Callable[[str], str]) -> None:
    n, wrong = int(at("Labels a class")), 100 * float(at("Share of wrong pairs"))
    found = {}
    for name in ("labels", "pairs", "for comparison"):
        trace = hand.trace(name)
        found |= dict(zip(trace["y"], trace["x"], strict=True))
    scratch, distil = found[f"{n} labels a class, from scratch"], found["no label, distil"]
    assert hand.title == (
        f"{n} a class: {scratch:.0f} %; no label, {wrong:g} % wrong pairs: {distil:.0f} %"
    )


def _framed(hand: Hand, at: float, names: list[str], matrix: np.ndarray) -> None:
    """Title, order of the matrix and tree are those of a cut of this matrix."""
    groups = clusters(matrix, cut=at)
    assert hand.title == f"Cut at {at:g}: {in_braces(groups, names)}"
    shown = hand.pictures()[0]["traces"][0]
    order = [names.index(name) for name in shown["x"]]
    np.testing.assert_allclose(shown["z"], matrix[np.ix_(order, order)], atol=1e-5)
    runs = np.flatnonzero(np.diff(groups[order]))
    assert len(runs) == groups.max()  # each group stands together
    assert set(hand.trace("cut", 1)["y"]) == {at}


def cut_of_the_slide(hand: Hand, at: Callable[[str], str]) -> None:
    matrix, names = {
        "modalities U": (slide.UNIMODAL, slide.MODALITIES),
        "pairs C": (slide.CROSSMODAL, slide.INTERACTIONS),
    }[at("Matrix")]
    _framed(hand, float(at("Cut at distance")), list(names), matrix)


def cut_of_our_own(hand: Hand, at: Callable[[str], str]) -> None:
    shown = hand.pictures()[0]["traces"][0]
    names = ["image", "top half", "rotated", "permuted", "frequencies", "profiles", "sound",
             "first half"]  # fmt: skip
    order = [shown["x"].index(name) for name in names]
    _framed(hand, float(at("Cut at distance")), names, np.array(shown["z"])[np.ix_(order, order)])


def how_compact(hand: Hand, at: Callable[[str], str]) -> None:
    counted = subchannel.weights_of(32, 8, int(at("Width C_dm")), int(at("Sub-channel width C_ds")))
    flat = counted.pop("flat")
    times = sum(counted.values()) / flat
    assert hand.title == f"{times:.1f} times the weights of one dense layer"
    assert hand.trace("linear")["x"] == [counted["linear"], 0]


def attention_of_one_layer(hand: Hand, at: Callable[[str], str]) -> None:
    step = int(at("Step"))
    assert hand.title.startswith(f"Step {step}, ")
    over, past = (picture["traces"][0]["z"] for picture in hand.pictures()[:2])
    assert np.sum(over, 1) == pytest.approx([1, 1, 1], abs=1e-4)
    assert np.sum(past, 1) == pytest.approx([1, 1, 1], abs=1e-4)
    assert (np.array(past)[:, step + 1 :] == 0).all()  # nobody looks into the future
    test = make_streams(1000, 500, noise=1)
    row = [k for k in range(500) if test.asked[k].sum() == 6][int(at("Stream"))]
    a, b = test.cue[row], test.signs[row, step]
    assert f"{a:+g} × {b:+g}:".replace("-", "−") in hand.title


def who_pays(hand: Hand, at: Callable[[str], str]) -> None:
    modalities, steps = int(at("Modalities M")), int(at("Steps T"))
    pairs = cost.pairwise_products(modalities, steps, 32)
    ours = sum(cost.rcft_products(modalities, steps, 32).values())
    assert (
        hand.title == f"M = {modalities}, T = {steps}: pairs cost {pairs / ours:.1f} times as much"
    )
    line = hand.trace("RCFT")
    assert line["y"][line["x"].index(modalities)] == pytest.approx(ours, rel=1e-5)


SAYS = {
    "Two distributions": two_distributions,
    "UDA lab": uda_lab,
    "Springs": loaded_springs,
    "Jump or dial": jump_or_dial,
    "At the door": at_the_door,
    "Enrolment desk": enrolment_desk,
    "Triangle": a_triangle,
    "Mining race": mining_race,
    "Tree of the digits": families,
    "300 digits, 12 moments of a training": moment,
    "500 digits, 20 moments of a training": shipped_moment,
    "From redundancy to synergy": fusion_dial,
    "When a sense fails": damaged_senses,
    "Parameter calculator": counted_parameters,
    "Where to merge": merged_at,
    "Fused latents": fused_latents,
    "Labels or company": labels_or_company,
    "Cut the slide's matrix": cut_of_the_slide,
    "Cut our own matrix": cut_of_our_own,
    "How compact?": how_compact,
    "Attention of one layer": attention_of_one_layer,
    "Who pays for what": who_pays,
    "Fit a line by hand": line_by_hand,
    "From seeds to a verdict": verdict,
    "One school against the pool": one_school,
    "Two numbers decide": two_numbers,
    "Tug of war": tug_of_war,
    "Which heads can a gate make?": gate,
}


def check(hand: Hand, title: str, controls: list[dict]) -> None:
    """The picture says what the mathematics says for the state that the controls show."""

    def at(label: str) -> str:
        control = next(each for each in controls if each["label"] == label)
        element = hand.control(label)
        if control["kind"] == "slider":
            return element.get_attribute("aria-valuetext").replace(",", "")
        return element.input_value()

    hand.page.wait_for_timeout(150)
    SAYS[title](hand, at)


def exercise(hand: Hand, title: str, controls: list[dict]) -> None:
    """Move everything, check the picture on the way, come back."""
    check(hand, title, controls)
    for control in controls:
        hand.operate([control])
        check(hand, title, controls)
    hand.reset()
    hand.until_announced(f"{controls[-1]['label']} ")
    check(hand, title, controls)
    assert len(hand.alt) > 30


def explorers(notebook: Path) -> list[tuple[str, list[dict], list[dict]]]:
    """Title, controls in JupyterLab, controls on the page, of the explorers of an executed one."""
    found = []
    for cell in read(notebook)["cells"]:
        for output in cell.get("outputs", []):
            if EXPLORER_MIME in output.get("data", {}):
                about = output["metadata"]["lecturekit"]["explorer"]
                there = output["data"][EXPLORER_MIME]["spec"]["controls"]
                found.append((about["title"], about["controls"], there))
    return found
