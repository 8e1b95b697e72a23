// reveal.js without its scaling: a picture that is transformed no longer knows where the mouse is.
(() => {
  "use strict";
  const MOST_OF_A_SCREEN = 0.8;
  const busy = () =>
    document.activeElement?.closest("input, select, textarea, button, summary, a, [role=slider]");
  const here = () => Reveal.getCurrentSlide();
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  // A slide that is too long scrolls to its end before the next one comes.
  function turn(direction) {
    const slide = here();
    const left =
      direction > 0
        ? slide.scrollHeight - slide.clientHeight - slide.scrollTop
        : slide.scrollTop;
    if (left > 2) {
      const top = direction * MOST_OF_A_SCREEN * slide.clientHeight;
      slide.scrollBy({ top, behavior: calm.matches ? "auto" : "smooth" });
    } else if (direction > 0) Reveal.next();
    else Reveal.prev();
  }

  // A presenter's clicker sends these two, also while a slider has the focus.
  addEventListener(
    "keydown",
    (event) => {
      const direction = { PageDown: 1, PageUp: -1 }[event.key];
      if (!direction || event.target.closest?.("textarea")) return;
      event.preventDefault();
      event.stopPropagation();
      turn(direction);
    },
    true,
  );

  function arrive() {
    if (document.activeElement !== document.body) document.activeElement?.blur();
    for (const box of here().querySelectorAll(".site-scroll")) {
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
    const slide = here();
    if (slide.scrollHeight > slide.clientHeight + 1) slide.tabIndex = 0;
  }

  Reveal.initialize({
    disableLayout: true,
    hash: true,
    center: false,
    overview: false,
    transition: "none",
    backgroundTransition: "none",
    scrollActivationWidth: null,
    slideNumber: "c/t",
    keyboardCondition: () => !busy(),
    keyboard: { 32: () => turn(1) },
  }).then(() => {
    // It calls itself an application, which would hide the text from a reader's own keys.
    Reveal.getRevealElement().removeAttribute("role");
    arrive();
  });
  Reveal.on("slidechanged", arrive);
})();
