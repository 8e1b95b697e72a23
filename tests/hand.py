"""A hand on an explorer, in JupyterLab or in an exported page: it moves, looks and listens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PATIENCE_MS = 8000
# A trace, or all pictures of an explorer, as plotly.js has them, numbers as plain lists.
TRACE = """({ name, x, y, z, visible }) => ({
    name, visible, x: Array.from(x ?? []), y: Array.from(y ?? []),
    z: Array.from(z ?? [], (row) => Array.from(row)),
})"""
PICTURES = f"""(root) => [...root.querySelectorAll('.js-plotly-plot')].map((plot) => ({{
    title: plot._fullLayout.title.text.replace(/<[^>]*>/g, ' '),
    traces: plot._fullData.map({TRACE}),
}}))"""
ONE_TRACE = f"""(root, [name, panel]) => ({TRACE})(
    root.querySelectorAll('.js-plotly-plot')[panel]._fullData.find((trace) => trace.name === name)
)"""
TITLE = """(root) => root.querySelector('.js-plotly-plot')._fullLayout.title.text
    .replace(/<[^>]*>/g, ' ')"""
# Long lists travel much faster as one text; two of them can be compared, NaN is null.
AS_TEXT = f"(root) => JSON.stringify(({PICTURES})(root))"


@dataclass
class Hand:
    """``root`` is the explorer's element; ``count`` how often it was drawn when last asked."""

    page: Page
    root: Locator

    @classmethod
    def on(cls, page: Page, title: str) -> Hand:
        """The explorer with this title."""
        exact = re.compile(f"^{re.escape(title)}$")
        return cls(
            page, page.locator(".lk-explorer", has=page.locator(".lk-title", has_text=exact))
        )

    # ------------------------------------------------------------------ look and listen

    def pictures(self) -> list[dict[str, Any]]:
        return self.root.evaluate(PICTURES)

    def trace(self, name: str, panel: int = 0) -> dict[str, Any]:
        return self.root.evaluate(ONE_TRACE, [name, panel])

    @property
    def title(self) -> str:
        return " ".join(self.root.evaluate(TITLE).split())

    @property
    def alt(self) -> str:
        return self.root.locator(".lk-picture").get_attribute("aria-label") or ""

    @property
    def note(self) -> str:
        return self.root.locator(".lk-note").inner_text()

    @property
    def drawn(self) -> int:
        """How many pictures were drawn since the page was opened (counted by ``visit``)."""
        return self.root.evaluate("(root) => root.drawn ?? 0")

    def wait_until_drawn(self) -> None:
        self.until("(root) => (root.drawn ?? 0) > 0", None)

    def until(self, condition: str, value: Any) -> None:
        """Wait for a JavaScript condition on (root, value)."""
        handle = self.root.element_handle()
        script = f"([root, value]) => ({condition})(root, value)"
        self.page.wait_for_function(script, arg=[handle, value], timeout=PATIENCE_MS)

    def until_drawn_after(self, before: int) -> None:
        self.until("(root, before) => (root.drawn ?? 0) > before", before)

    def until_title(self, title: str) -> None:
        """Wait for the picture with this title, and for it to be announced."""
        same = (
            "(text, value) => text.replace(/<[^>]*>/g, ' ').replace(/\\s+/g, ' ').trim() === value"
        )
        plot = "root.querySelector('.js-plotly-plot')._fullLayout.title.text"
        self.until(f"(root, value) => ({same})({plot}, value)", title)

    def until_announced(self, text: str) -> None:
        said = "root.querySelector('.lk-live').textContent"
        self.until(f"(root, value) => {said}.includes(value)", text)

    # ------------------------------------------------------------------ move

    def control(self, label: str) -> Locator:
        return self.root.get_by_label(label, exact=True)

    def handle(self, name: str, number: int = 0) -> Locator:
        return self.root.locator(f'.lk-handle[aria-label="{name}"]').nth(number)

    def press(self, control: Locator, *keys: str) -> None:
        control.focus()
        for key in keys:
            self.page.keyboard.press(key)

    def slide_to(self, label: str, share: float) -> None:
        """Press the mouse on a slider at a share of its length."""
        box = self.control(label).bounding_box()
        self.page.mouse.click(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)

    def drag(self, handle: Locator, dx: float, dy: float, steps: int = 8) -> None:
        """Drag a handle by so many pixels."""
        box = handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + dx, y + dy, steps=steps)
        self.page.mouse.up()

    def reset(self) -> None:
        self.root.get_by_role("button", name="Reset").click()

    # ------------------------------------------------------------------ everything at once

    def operate(self, controls: list[dict[str, Any]]) -> None:
        """Move every control by keyboard and by mouse; each time it says so and is drawn anew."""
        for control in controls:
            if not control.get("frozen"):
                getattr(self, f"_operate_{control['kind']}")(control)

    def _moved(self, what: str, move: Any, announced: str = "") -> None:
        before, pictures = self.drawn, self.root.evaluate(AS_TEXT)
        move()
        self.until_drawn_after(before)
        if announced:
            self.until_announced(announced)
        assert self.note == "", f"{what}: {self.note}"
        self.page.wait_for_timeout(50)
        assert self.root.evaluate(AS_TEXT) != pictures or not announced, (
            f"{what} changed nothing in the picture"
        )

    def _operate_slider(self, control: dict[str, Any]) -> None:
        label, texts = control["label"], control["texts"]
        slider = self.control(label)
        here = int(slider.input_value())
        key, there = ("ArrowRight", here + 1) if here + 1 < len(texts) else ("ArrowLeft", here - 1)
        self._moved(label, lambda: self.press(slider, key), f"{label} {texts[there]}")
        assert slider.get_attribute("aria-valuetext") == texts[there]
        share = 0.9 if there < len(texts) / 2 else 0.1
        self._moved(label, lambda: self.slide_to(label, share))
        assert slider.get_attribute("aria-valuetext") == texts[int(slider.input_value())]
        assert int(slider.input_value()) != there

    def _operate_choice(self, control: dict[str, Any]) -> None:
        label, texts = control["label"], control["texts"]
        select = self.control(label)
        here = texts.index(select.input_value())
        key, there = ("ArrowDown", here + 1) if here + 1 < len(texts) else ("ArrowUp", here - 1)
        self._moved(label, lambda: self.press(select, key), f"{label} {texts[there]}")
        self._moved(label, lambda: select.select_option(texts[here]), f"{label} {texts[here]}")

    def _operate_toggle(self, control: dict[str, Any]) -> None:
        label, box = control["label"], self.control(control["label"])
        word = "off" if box.is_checked() else "on"
        self._moved(label, lambda: self.press(box, "Space"), f"{label} {word}")
        self._moved(label, lambda: self.root.get_by_text(label, exact=True).click())

    def _operate_points(self, control: dict[str, Any]) -> None:
        for name in control["names"]:
            self._operate_handle(name, 12, 9)

    def _operate_bars(self, control: dict[str, Any]) -> None:
        for name in control["names"]:
            self._operate_handle(f"{control['label']}: {name}", 0, 9)

    def _operate_handle(self, name: str, dx: float, dy: float) -> None:
        handle = self.handle(name)
        before = handle.get_attribute("aria-valuetext")
        self._moved(name, lambda: self.press(handle, "ArrowDown"))
        by_key = handle.get_attribute("aria-valuetext")
        assert by_key != before
        self.until_announced(by_key)
        handle.scroll_into_view_if_needed()
        self._moved(name, lambda: self.drag(handle, dx, dy))
        assert handle.get_attribute("aria-valuetext") != by_key
