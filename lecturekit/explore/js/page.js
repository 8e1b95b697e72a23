// Life in an exported page: no kernel, no network. Every element mounts when it comes near the eye.

function explorerOnPage(element, { spec, first, grid }) {
  const base = first.figures.map((entries) => new Map(changesFrom(entries)));
  const answer = { alt: first.alt, figures: base.map((leaves) => figureFrom(leaves)) };
  let source = stillSource(answer);
  if (spec.code) source = physicsSource(spec, base, first.alt);
  else if (grid) source = gridSource(spec, base, grid);
  const plotly = Promise.resolve(window.Plotly);
  const view = mount(element, spec, spec.defaults, source, plotly, false);
  if (spec.code) view.want(spec.defaults); else view.first(answer);
}

function figureOnPage(element, { alt, figure }) {
  const picture = makePicture(Promise.resolve(window.Plotly),
    () => element.dispatchEvent(new CustomEvent("lecturekit-drawn", { bubbles: true })),
    (problem) => { element.textContent = `No picture: ${problem}`; });
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", alt);
  element.replaceChildren(picture.element);
  picture.show(figureFrom(new Map(changesFrom(figure))));
}

function bringToLife(element) {
  const page = JSON.parse(element.querySelector("script[type='application/json']").textContent);
  if (page.spec) explorerOnPage(element, page); else figureOnPage(element, page);
}

function startPage() {
  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      bringToLife(target);
    }
  }, { rootMargin: "600px" });
  const waiting = document.querySelectorAll(".lk-page");
  for (const element of waiting) near.observe(element);
  addEventListener("beforeprint", () => {
    near.disconnect();
    for (const element of waiting) if (element.querySelector("script")) bringToLife(element);
  });
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startPage);
else startPage();
