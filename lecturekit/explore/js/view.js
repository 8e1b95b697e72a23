// The view of an explorer: its controls, its pictures, what it says.
// A source answers states. source.look(values): the answer that is on the page, or null.
// source.ask(values): it will come through receive(values, answer). source.rest(values): the hand rests.
// source.standing(): what is true of every picture from now on, such as that Python has ended.
// An answer is {alt, figures}, or {problem}. source.start({receive, note}), source.stop().

const AT_REST_MS = 400;                                  // so that speech keeps up with the hand

const MAKERS = {
  slider: makeSlider, choice: makeChoice, toggle: makeToggle, points: makeHandles, bars: makeHandles,
};

function mount(root, { title, controls: specs, defaults, note: remark }, values, source, plotlyPromise, withSwitch) {
  let wanted = values, shown = null, announcement = "", timer = null;
  const textOf = (spec, state) => (spec.texts ? spec.texts[spec.states.indexOf(state)] : handlesText(spec, state));
  const describe = (state) => specs.map((spec) => `${spec.label} ${textOf(spec, state[spec.name])}`).join(", ");

  const note = make("div", { className: "lk-note", role: "status" });
  const live = make("div", { className: "lk-live", ariaLive: "polite" });
  const panels = make("div", { className: "lk-picture", role: "group" });
  const tell = (text) => { note.textContent = text; };

  const pictures = [];
  const controls = [];
  const onDrawn = () => {
    for (const control of controls) control.place?.();
    root.dispatchEvent(new CustomEvent("lecturekit-drawn", { bubbles: true }));
  };
  const onProblem = (problem) => tell(`No picture: ${problem}`);
  const showFigures = (figures) => {
    while (pictures.length < figures.length) {
      const picture = makePicture(plotlyPromise, onDrawn, onProblem);
      pictures.push(picture);
      panels.append(picture.element);
      for (const control of controls) if (control.panel === pictures.length - 1) control.attach(picture);
    }
    figures.forEach((figure, i) => pictures[i].show(figure));
  };

  const isWaiting = () => shown === null || !sameValues(wanted, shown) || pictures.some((picture) => picture.busy());
  const stopPlaying = () => { for (const control of controls) control.stop(); };
  const rest = () => {
    live.textContent = announcement;
    source.rest?.(wanted);
  };
  const receive = (answered, { alt, figures, problem }) => {
    const still = shown ? `The picture still shows: ${describe(shown)}.` : "";
    tell(problem ? `${problem}\n${still}` : source.standing?.() ?? "");
    panels.classList.toggle("lk-stale", Boolean(problem));
    clearTimeout(timer);
    timer = setTimeout(rest, AT_REST_MS);
    if (problem) return stopPlaying();
    const titles = figures.map((figure) => plainText(figure.layout.title?.text ?? "")).filter(Boolean);
    announcement = shown ? [`${describe(answered)}.`, ...titles].join(" ") : "";   // silent at first
    shown = answered;
    panels.setAttribute("aria-label", alt);
    showFigures(figures);
  };
  const want = (newValues) => {
    wanted = newValues;
    const answer = source.look(wanted);
    if (answer) receive(wanted, answer); else source.ask(wanted);
  };

  for (const spec of specs) {
    const onState = (state) => want({ ...wanted, [spec.name]: state });
    controls.push({ name: spec.name, ...MAKERS[spec.kind](spec, onState, isWaiting) });
  }
  const showValues = (newValues) => {
    wanted = newValues;
    for (const control of controls) control.show(wanted[control.name]);
  };
  const reset = make("button", { type: "button", textContent: "Reset" });
  reset.addEventListener("click", () => {
    stopPlaying();
    for (const picture of pictures) picture.forgetZoom();
    showValues(defaults);
    want(defaults);
  });

  const heading = make("div", { className: "lk-title", id: newId(), textContent: title });
  root.classList.add("lk-explorer");
  root.setAttribute("role", "region");
  root.setAttribute("aria-labelledby", heading.id);
  const bar = [...controls.map(({ element }) => element).filter(Boolean), reset];
  if (withSwitch) bar.push(makeSwitch());
  root.replaceChildren(heading, make("div", { className: "lk-controls" }, ...bar), panels, note, live);
  if (remark) root.append(make("div", { className: "lk-remark", textContent: remark }));
  // JupyterLab would take arrow keys and letters as its own commands, a deck as its own steps.
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });
  showValues(values);
  source.start({ receive, note: tell });
  const dispose = () => {
    stopPlaying();
    clearTimeout(timer);
    source.stop?.();
    for (const picture of pictures) picture.dispose();
  };
  return { showValues, want, dispose, first: (answer) => receive(values, answer), current: () => wanted };
}

function makeSwitch() {
  const button = make("button", { type: "button", textContent: "Larger", title: "Presentation: enlarge every explorer and the text" });
  const show = () => button.setAttribute("aria-pressed", isLarger());
  button.addEventListener("click", () => setLarger(!isLarger()));
  new MutationObserver(show).observe(document.documentElement, { attributeFilter: ["class"] });
  show();
  return button;
}
