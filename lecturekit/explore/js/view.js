// The view of an explorer, and its life in a notebook. (controls.js and picture.js stand before this.)
// A view asks a source for pictures: source.start(receive), source.want(values), source.stop().
// The source answers receive({values, figure, alt}), receive({values, problem}) or receive({note}).

const ANNOUNCE_AFTER_MS = 400;                           // a hand at rest, so that speech keeps up

const sameValues = (left, right) => Object.keys(left).every((name) => left[name] === right[name]);
const plainText = (html) => html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").trim();

function mount(root, { title, controls: specs, defaults }, values, source, plotlyPromise) {
  let wanted = values, shown = null, announcement = "", timer = null;
  const describe = (state) => specs.map(({ name, label, states, texts }) =>
    `${label} ${texts[states.indexOf(state[name])]}`).join(", ");

  const note = make("div", { className: "lk-note", role: "status" });
  const live = make("div", { className: "lk-live", ariaLive: "polite" });
  const isWaiting = () => shown === null || !sameValues(wanted, shown);
  const announce = () => {
    root.dispatchEvent(new CustomEvent("lecturekit-drawn", { bubbles: true }));
    clearTimeout(timer);
    timer = setTimeout(() => { live.textContent = announcement; }, ANNOUNCE_AFTER_MS);
  };
  const tell = (text) => { note.textContent = text; };
  const picture = makePicture(plotlyPromise, announce, (problem) => tell(`No picture: ${problem}`));

  const want = (newValues) => { wanted = newValues; source.want(wanted); };
  const controls = specs.map((spec) => {
    const onState = (state) => want({ ...wanted, [spec.name]: state });
    return { name: spec.name, ...CONTROL_MAKERS[spec.kind](spec, onState, isWaiting) };
  });
  const showValues = (newValues) => {
    wanted = newValues;
    for (const control of controls) control.show(wanted[control.name]);
  };
  const stopPlaying = () => { for (const control of controls) control.stop(); };
  const reset = make("button", { type: "button", textContent: "Reset" });
  reset.addEventListener("click", () => {
    stopPlaying();
    picture.forgetZoom();
    showValues(defaults);
    want(defaults);
  });

  const heading = make("div", { className: "lk-title", id: newId(), textContent: title });
  root.className = "lk-explorer";
  root.setAttribute("aria-labelledby", heading.id);
  root.append(heading,
    make("div", { className: "lk-controls" }, ...controls.map(({ element }) => element), reset),
    picture.element, note, live);
  // JupyterLab would take arrow keys and letters as its own commands.
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });
  showValues(values);

  source.start(({ values: answered, figure, alt, problem, note: text }) => {
    if (text) return tell(text);
    tell(problem ? `${problem}\nThe picture still shows: ${describe(shown)}.` : "");
    picture.element.classList.toggle("lk-stale", Boolean(problem));
    if (problem) return stopPlaying();
    const title = plainText(figure.layout.title?.text ?? "");
    announcement = shown ? `${describe(answered)}. ${title}` : "";      // silent when it first appears
    shown = answered;
    picture.show(figure, alt);
  });
  const dispose = () => { stopPlaying(); clearTimeout(timer); source.stop(); picture.dispose(); };
  return { showValues, dispose };
}

// ---------------------------------------------------------------- life in a kernel

const PATIENCE_MS = 3000;
const BUSY = "Python has not answered for 3 seconds. If it was restarted, run this cell again.";
const ENDED = "Python was restarted or has ended. Run this cell again.";

const figureFrom = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

function kernelSource(model) {
  let receive, timer = null, alive = true;
  const patience = () => { timer ??= setTimeout(() => receive({ note: BUSY }), PATIENCE_MS); };
  const isLatest = (values) => sameValues(values, model.get("values"));
  const onMessage = (answer, [bytes]) => {
    clearTimeout(timer);
    timer = null;
    receive(bytes ? { ...answer, figure: figureFrom(bytes) } : answer);
    if (!isLatest(answer.values)) patience();
  };
  const onEnd = () => { alive = false; clearTimeout(timer); receive({ note: ENDED }); };
  return {
    start(callback) {
      receive = callback;
      const { defaults } = model.get("spec");
      const { figure, alt } = model.get("first");
      receive({ values: defaults, figure: figureFrom(figure), alt });
      model.on("msg:custom", onMessage);
      model.on("comm_live_update", onEnd);
      if (isLatest(defaults)) return;
      model.send({});                                    // moved before the page was loaded again
      patience();
    },
    want(values) {
      if (!alive || isLatest(values)) return;
      model.set("values", values);
      model.save_changes();    // ipywidgets keeps one message under way, and then the latest values
      patience();
    },
    stop() {
      clearTimeout(timer);
      model.off("msg:custom", onMessage);
      model.off("comm_live_update", onEnd);
    },
  };
}

// plotly.js is unpacked once a page; every explorer of every notebook on it shares this promise.
const PLOTLY = Symbol.for("lecturekit.plotly");

async function unpackPlotly(model) {
  const library = await model.widget_manager.get_model(model.get("library"));
  const unzip = new DecompressionStream("gzip");
  const code = await new Response(new Blob([library.get("code")]).stream().pipeThrough(unzip)).blob();
  const parts = ["const module = { exports: {} };\n", code, "\nexport default module.exports;"];
  const url = URL.createObjectURL(new Blob(parts, { type: "text/javascript" }));
  return (await import(url)).default;
}

function render({ model, el }) {
  const root = make("section");
  el.append(root);
  const plotly = (globalThis[PLOTLY] ??= unpackPlotly(model));
  plotly.catch(() => { globalThis[PLOTLY] = undefined; });   // the next explorer tries again
  const view = mount(root, model.get("spec"), model.get("values"), kernelSource(model), plotly);
  const onValues = () => view.showValues(model.get("values"));
  model.on("change:values", onValues);
  return () => { model.off("change:values", onValues); view.dispose(); };
}

export default { render };
