"""Every explorer of every notebook, by mouse and keyboard: in JupyterLab and on the site.

What a picture says after a move is checked against the mathematics, not only that it moved.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import behind
import numpy as np
import pytest
from accessible import faint_letters, faults
from browser import visit, why_no_browser
from hand import Hand
from rehearsal import whole
from walk import missed, walk

from lecturekit import by_hand
from lecturekit.claims import collect, measured
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

pytestmark = pytest.mark.skipif(bool(why_no_browser()), reason=str(why_no_browser()))
ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = [path.stem for path in behind.NOTEBOOKS]
# In JupyterLab 03 comes last: by then its map lies in build/, made by the run behind.
MAP_LAST = sorted(NOTEBOOKS, key=lambda name: name.startswith("03"))
SCREENSHOTS = ROOT / "build" / "screenshots"


# ------------------------------------------------------------------ what the pictures must say


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


@pytest.fixture(autouse=True)
def meanwhile(request):
    """Before each test: what has to run in JupyterLab goes on."""
    rehearsal = request.getfixturevalue("rehearsal")
    if rehearsal:
        rehearsal.go_on()


# ------------------------------------------------------------------ in JupyterLab


def in_view(page, title: str) -> Hand:
    """The explorer, scrolled into view (JupyterLab draws only what is seen)."""
    page.evaluate("() => document.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 0)")
    hand = Hand.on(page, title)
    for _ in range(80):
        if hand.root.count() and hand.root.locator(".gtitle").count():
            hand.root.scroll_into_view_if_needed()
            return hand
        page.mouse.move(650, 500)
        page.mouse.wheel(0, 700)
        page.wait_for_timeout(100)
    raise AssertionError(f"the explorer {title!r} was not drawn")


@pytest.mark.parametrize("name", MAP_LAST)
def test_every_explorer_in_jupyterlab(behind, rehearsal, name):
    visited = rehearsal[name]
    visited.page.set_default_timeout(10_000)
    for title, controls, _ in explorers(behind.output("shipped", name, rehearsal.wait)):
        exercise(in_view(visited.page, title), title, controls)
    assert faults(visited.page, ".lk-explorer") == []  # what else is there is JupyterLab's own
    noise = visited.page.locator("[data-mime-type='application/vnd.jupyter.stderr']")
    assert noise.count() == 0
    assert visited.errors == []
    assert visited.strangers == []


@pytest.mark.parametrize("name", list(filter(whole, NOTEBOOKS)))
def test_a_second_run_leaves_identical_records(behind, rehearsal, name):
    """JupyterLab's run is the second one; without a browser `test_notebooks` makes another."""
    page = rehearsal[name].page
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    again = collect(rehearsal.file(name))
    first = behind.output("shipped", name, rehearsal.wait)
    assert again == collect(first)  # a saved 0.0 may read 0


# ------------------------------------------------------------------ on the site, from file://


@pytest.fixture(scope="module")
def site(executed, tmp_path_factory):
    from lecturekit.course.site.build import build

    folder = tmp_path_factory.mktemp("site with spaces ä") / "site"
    done = {ROOT / "notebooks" / f"{n}.ipynb": Path(executed[n].output) for n in NOTEBOOKS}
    built = build(done, folder)
    assert built.warnings == ()
    return folder


def opened(site: Path, page: str, **context):
    name, mark, place = page.partition("#")
    return visit((site / name).as_uri() + mark + place, **context)


def draw_all(page):
    """Scroll to each picture of a page, which draws it."""
    waiting = page.locator(".lk-page")
    for k in range(waiting.count()):
        waiting.nth(k).scroll_into_view_if_needed()
        page.wait_for_function(
            "(k) => document.querySelectorAll('.lk-page')[k].querySelector('.main-svg')",
            arg=k, timeout=10_000,
        )  # fmt: skip


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_explorer_on_its_page(executed, site, name):
    with opened(site, f"{name}.html", offline=True) as visited:
        visited.page.set_default_timeout(30_000)
        found = explorers(Path(executed[name].output))
        assert found
        for number, (title, _, controls) in enumerate(found):
            # It mounts when it comes near the eye.
            visited.page.locator(".lk-explorer").nth(number).scroll_into_view_if_needed()
            hand = Hand.on(visited.page, title)
            hand.root.scroll_into_view_if_needed()
            hand.wait_until_drawn()
            exercise(hand, title, controls)
            hand.root.screenshot(path=SCREENSHOTS / f"page-{name}-{number}.png")
        assert faults(visited.page) == []
        assert visited.errors == []
        assert visited.strangers == []


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_figure_of_a_page_is_drawn_with_its_alt_text(site, name):
    with opened(site, f"{name}.html", offline=True, color_scheme="dark") as visited:
        page = visited.page
        draw_all(page)
        described = "(all) => all.map((each) => (each.getAttribute('aria-label') ?? '').length)"
        assert min(page.locator(".lk-figure, .lk-picture").evaluate_all(described)) > 20
        assert page.locator("math").count() == page.locator("math[alttext]").count()
        assert faults(page) == []  # in the dark; in the light while its explorers move
        assert faint_letters(page) == []
        assert visited.errors == []
        assert visited.strangers == []


def test_a_narrow_screen_shuts_nobody_out(site):
    with opened(site, "00_start_here.html", offline=True) as visited:
        visited.page.set_viewport_size({"width": 400, "height": 800})
        draw_all(visited.page)
        for theme in ("light", "dark"):
            visited.page.emulate_media(color_scheme=theme)
            assert faults(visited.page) == []
        wide = "() => document.documentElement.scrollWidth - innerWidth"
        assert visited.page.evaluate(wide) <= 0  # nothing to be scrolled to sideways


def test_a_page_is_walked_by_keyboard_alone(site):
    """Tab reaches every control, it is seen there, arrow keys move the picture, Tab leads out."""
    with opened(site, "00_start_here.html", offline=True) as visited:
        page = visited.page
        draw_all(page)
        page.evaluate("() => scrollTo(0, 0)")
        walked = walk(page)
        assert walked.unseen == ()
        assert walked.moved >= 2
        assert missed(page, ".lk-explorer :is(input, select, button, [role=slider])") == []
        assert visited.errors == []


def test_the_index_leads_to_every_page_and_claim(site):
    with opened(site, "index.html", offline=True) as visited:
        page = visited.page
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)
            assert faults(page) == []
        targets = page.locator("main a[href]").evaluate_all("(all) => all.map((a) => a.href)")
        pages = {target.split("/")[-1].split("#")[0] for target in targets}
        assert {f"{name}.html" for name in NOTEBOOKS} <= pages
        page.get_by_role("link", name=re.compile("Method One needs customized")).click()
        page.wait_for_url("**/06_multitask.html#claim-40")
        page.locator("#claim-40").wait_for()  # visible, as soon as the page is there
        assert visited.errors == []


def test_a_heading_is_found_by_keyboard(site):
    with opened(site, "00_start_here.html", offline=True) as visited:
        page = visited.page
        page.keyboard.press("/")
        page.keyboard.type("tug")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/06_multitask.html#*")
        page.get_by_role("heading", name="Tug of war").wait_for()
        assert visited.errors == []


def test_switches_are_kept_from_page_to_page(site):
    with opened(site, "00_start_here.html", offline=True) as visited:
        page = visited.page
        page.locator("#site-theme").select_option("dark")
        page.locator("#site-code").click()
        page.locator("#site-presentation").click()
        root = page.locator("html")
        for _ in range(20):  # a browser stores in its own time, and may open a page before that
            page.goto((site / "06_multitask.html").as_uri())
            if root.get_attribute("data-theme") == "dark":
                break
            page.wait_for_timeout(250)
        assert root.get_attribute("data-theme") == "dark"
        assert "lk-presentation" in root.get_attribute("class")
        assert page.locator("#site-presentation").get_attribute("aria-pressed") == "true"
        assert not page.locator("main pre code").first.is_visible()


def test_a_deck_shows_a_slide_at_a_time_and_its_explorer_moves(executed, site):
    with opened(site, "06_multitask.slides.html#/cell-tug-explorer", offline=True) as visited:
        page = visited.page
        page.set_viewport_size({"width": 1280, "height": 720})
        hand = Hand.on(page, "Tug of war")
        hand.wait_until_drawn()
        controls = next(
            c for t, _, c in explorers(Path(executed["06_multitask"].output)) if t == "Tug of war"
        )
        exercise(hand, "Tug of war", controls)
        page.screenshot(path=SCREENSHOTS / "deck.png")
        assert faults(page) == []
        box = hand.root.locator(".js-plotly-plot").bounding_box()
        assert box["y"] + box["height"] <= 720, "the picture must fit the screen"
        page.mouse.click(5, 300)
        for key in ("ArrowRight", "PageUp"):  # the second as a clicker sends it
            before = page.url
            page.keyboard.press(key)
            page.wait_for_function("(before) => location.href !== before", arg=before)
        assert visited.errors == []
        assert visited.strangers == []
