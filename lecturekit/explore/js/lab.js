// Life in a notebook: Python answers, ahead of time where it can.

const PATIENCE_MS = 3000;
const RETRY_MS = 700;
const BUSY = "Python has not answered for 3 seconds. If it was restarted, run this cell again.";
const ENDED = "Python was restarted or has ended: only pictures that are already here still move. Run this cell again.";
// How far to look ahead: steps of a slider, pictures of an explorer, pictures in a question, bytes and
// milliseconds of Python in all, milliseconds of the slowest picture.
const AHEAD = { near: 100, states: 2000, batch: 24, bytes: 24e6, ms: 30_000, slowest: 250 };

// Looking ahead gives way: one question at a time on the whole page, none while a hand moves.
const page = (globalThis[Symbol.for("lecturekit.ahead")] ??= { asking: null, moved: 0 });
const QUIET_MS = 1000;
const isQuiet = (self) => (page.asking ?? self) === self && performance.now() - page.moved > QUIET_MS;

// The states that one control reaches from here, the nearest first; then, where they are few, all.
function* statesAhead(controls, values) {
  const listed = controls.filter(({ states }) => states);
  for (const { name, states } of listed) {
    const here = states.indexOf(values[name]);
    for (let away = 1; away < Math.min(states.length, AHEAD.near); away += 1) {
      for (const index of [here + away, here - away]) {
        if (index in states) yield { ...values, [name]: states[index] };
      }
    }
  }
  if (listed.reduce((count, { states }) => count * states.length, 1) > AHEAD.states) return;
  const all = (rest, state) => (rest.length === 0 ? [state]
    : rest[0].states.flatMap((value) => all(rest.slice(1), { ...state, [rest[0].name]: value })));
  yield* all(listed, values);
}

function kernelSource(model, base, first) {
  const { controls } = model.get("spec");
  const kept = new Map();                                // state -> answer; the oldest go first
  const failed = new Set();                              // states that are not asked ahead again
  const key = (values) => JSON.stringify(controls.map(({ name }) => values[name]));
  let view, alive = true, asking = null, next = null, patience = null, retry = null;
  let bytes = 0, spent = 0, ahead = true, resting = model.get("values");

  const keep = (values, answer) => {
    if (answer.problem) return failed.add(key(values));  // a later cell may mend it
    bytes += answer.size - (kept.get(key(values))?.size ?? 0);
    kept.set(key(values), answer);
    for (const [old, { size }] of kept) {
      if (bytes < AHEAD.bytes) break;
      kept.delete(old);
      bytes -= size;
    }
  };
  const send = (states, isAhead) => {
    asking = isAhead ? "ahead" : "now";
    if (isAhead) page.asking = kept;
    model.send({ ask: states, ahead: isAhead });
  };
  const wait = () => { patience ??= setTimeout(() => view.note(BUSY), PATIENCE_MS); };
  const rested = () => { clearTimeout(patience); patience = null; };

  // One question at a time: the newest wish of the hand, else a few states ahead of it.
  const goOn = () => {
    clearTimeout(retry);
    if (!alive || asking) return;
    if (next) {
      send([next], false);
      next = null;
    } else if (ahead && resting && bytes < AHEAD.bytes * 0.8 && spent < AHEAD.ms) {
      const missing = [];
      for (const state of statesAhead(controls, resting)) {
        if (!kept.has(key(state)) && !failed.has(key(state))) missing.push(state);
        if (missing.length === AHEAD.batch) break;
      }
      if (missing.length === 0) return;
      if (isQuiet(kept)) send(missing, true); else retry = setTimeout(goOn, RETRY_MS * (0.5 + Math.random()));
    }
  };
  const onMessage = ({ answers, later, ms }, buffers) => {
    const wasAhead = asking === "ahead";
    asking = null;
    if (page.asking === kept) page.asking = null;
    const arrived = [...buffers];
    for (const { values, alt, problem } of answers) {
      const answer = problem ? { problem } : answerFrom(alt, arrived.shift(), base);
      keep(values, answer);
      if (!wasAhead) {
        rested();
        view.receive(values, problem ? answer : answer.now());
      }
    }
    if (wasAhead && answers.length) {
      spent += ms;
      ahead &&= ms / answers.length < AHEAD.slowest;
    }
    if (next) wait();
    if (later) retry = setTimeout(goOn, RETRY_MS); else goOn();
  };
  const onEnd = () => {
    alive = false;
    if (page.asking === kept) page.asking = null;
    rested();
    view.note(ENDED);
  };
  keep(model.get("spec").defaults, first);
  return {
    start(newView) {
      view = newView;
      model.on("msg:custom", onMessage);
      model.on("comm_live_update", onEnd);
    },
    standing: () => (alive ? "" : ENDED),
    look: (values) => kept.get(key(values))?.now() ?? null,
    ask(values) {
      resting = null;
      page.moved = performance.now();
      if (!alive) return view.note(ENDED);
      next = values;
      wait();
      if (asking !== "now") goOn();
    },
    rest(values) {
      if (!alive) return;
      if (!sameValues(values, model.get("values"))) {
        model.set("values", values);                     // for a page that is loaded again
        model.save_changes();
      }
      resting = values;
      goOn();
    },
    stop() {
      rested();
      clearTimeout(retry);
      alive = false;
      if (page.asking === kept) page.asking = null;
      model.off("msg:custom", onMessage);
      model.off("comm_live_update", onEnd);
    },
  };
}

// bytes: JSON of the changes of each panel against the default figures. Decoded when first shown.
function answerFrom(alt, bytes, base) {
  let figures = null;
  const size = bytes.byteLength;
  const now = () => {
    figures ??= JSON.parse(new TextDecoder().decode(bytes)).map(changesFrom);
    return { alt, figures: figures.map((changes, panel) => figureFrom(base[panel], changes)) };
  };
  return { size, now };
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

// A portable function needs no kernel; the values go there all the same, for a page loaded again.
function keepingValues(source, model) {
  const rest = (values) => {
    if (model.comm_live === false || sameValues(values, model.get("values"))) return;
    model.set("values", values);
    model.save_changes();
  };
  return Object.assign(source, { rest });
}

function render({ model, el }) {
  const root = make("section");
  el.append(root);
  rememberLarger();
  const plotly = (globalThis[PLOTLY] ??= unpackPlotly(model));
  plotly.catch(() => { globalThis[PLOTLY] = undefined; });   // the next explorer tries again
  const spec = model.get("spec"), values = model.get("values"), { alt, figures } = model.get("first");
  const base = JSON.parse(new TextDecoder().decode(figures)).map((entries) => new Map(changesFrom(entries)));
  const first = { size: 0, now: () => ({ alt, figures: base.map((leaves) => figureFrom(leaves)) }) };
  const source = spec.code ? keepingValues(physicsSource(spec, base, alt), model) : kernelSource(model, base, first);
  const view = mount(root, spec, values, source, plotly, true);
  view.want(values);
  const onValues = () => {
    const moved = model.get("values");
    if (sameValues(moved, view.current())) return;
    view.showValues(moved);                              // in another view of the same explorer
    view.want(moved);
  };
  model.on("change:values", onValues);
  return () => { model.off("change:values", onValues); view.dispose(); };
}

export default { render };
