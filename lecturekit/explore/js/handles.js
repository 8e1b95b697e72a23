// What is dragged in the picture: round handles over the axes, by mouse, finger or arrow keys.
// A handle is a slider to a screen reader: it has the focus, a name, and a value in words.

const TOUCH_RADIUS = 22;                                 // a finger needs 44 pixels
const RADIUS = 9;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
const PAGES = { PageDown: [0, -10], PageUp: [0, 10] };

// Where handle i stands for a state, what becomes of the state when it moves there, and its words.
const pointsGeometry = ({ x, y }) => ({
  place: (state, i) => state[i],
  moved: (state, i, [px, py]) =>
    state.map((point, k) => (k === i ? [clamp(px, ...x), clamp(py, ...y)] : point)),
  by: (state, i, [dx, dy], step) => [state[i][0] + dx * step, state[i][1] + dy * step],
  range: (i) => y,
  now: (state, i) => state[i][1],
  words: (state, i) => `${state[i][0].toFixed(2)}, ${state[i][1].toFixed(2)}`,
  role: "movable point",
});

const barsGeometry = ({ at, lowest }) => ({
  place: (state, i) => [at[i], state[i]],
  moved: (state, i, [, p]) => withBar(state, i, p, lowest),
  by: (state, i, [dx, dy], step) => [at[i], state[i] + (dx + dy) * step],
  range: () => [lowest, 1],
  now: (state, i) => state[i],
  words: (state, i) => state[i].toFixed(2),
  role: "movable bar",
});

// The distribution in which bar i has probability p and the others keep their proportions.
function withBar(state, i, p, lowest) {
  const others = state.length - 1;
  const height = clamp(p, lowest, 1 - others * lowest);
  const free = 1 - height - others * lowest;             // what the others share above their lowest
  const before = state.reduce((sum, q, k) => (k === i ? sum : sum + q - lowest), 0);
  return state.map((q, k) => {
    if (k === i) return height;
    return lowest + (before > 1e-9 ? (q - lowest) * free / before : free / others);
  });
}

const GEOMETRIES = { points: pointsGeometry, bars: barsGeometry };

// Returns {panel, element, attach(picture), place(), show(state), stop()}; it has no element in the bar.
function makeHandles(spec, onState) {
  const { kind, label, names, step, panel, axes, frozen } = spec;
  const nameOf = (name) => (kind === "bars" ? `${label}: ${name}` : name);
  const geometry = GEOMETRIES[kind](spec);
  const layer = draw("svg", { class: "lk-handles" });
  let state = null, picture = null;

  const axesNow = () => {
    const layout = picture?.plot._fullLayout;
    return layout ? axes.map((name) => layout[`${name[0]}axis${name.slice(1)}`]) : [];
  };
  const move = (i, position) => {
    state = geometry.moved(state, i, position);
    place();
    onState(state);
  };

  const handles = names.map((name, i) => {
    const handle = draw("g", {
      class: "lk-handle", tabindex: frozen ? -1 : 0, role: "slider", "aria-label": nameOf(name),
      "aria-roledescription": geometry.role, "aria-orientation": "vertical", "aria-disabled": Boolean(frozen),
    }, draw("circle", { class: "lk-reach", r: TOUCH_RADIUS }), draw("circle", { class: "lk-knob", r: RADIUS }));
    if (frozen) return handle;
    let grip = [0, 0];                                   // from the pointer to the middle of the handle
    const pointer = (event) => {
      const box = layer.getBoundingClientRect();
      const scale = box.width / picture.plot.offsetWidth;          // enlarged by the presentation switch
      return [(event.clientX - box.left) / scale, (event.clientY - box.top) / scale];
    };
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();                            // no selection of text, no native drag
      const [px, py] = pointer(event);
      const [x, y] = axesNow(), [cx, cy] = geometry.place(state, i);
      grip = [x._offset + x.d2p(cx) - px, y._offset + y.d2p(cy) - py];
      handle.setPointerCapture(event.pointerId);
      handle.focus({ preventScroll: true });
    });
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const [x, y] = axesNow(), [px, py] = pointer(event);
      move(i, [x.p2d(px + grip[0] - x._offset), y.p2d(py + grip[1] - y._offset)]);
    });
    handle.addEventListener("keydown", (event) => {
      const direction = ARROWS[event.key] ?? PAGES[event.key];
      if (!direction) return;
      event.preventDefault();
      move(i, geometry.by(state, i, direction, step * (event.shiftKey ? 10 : 1)));
    });
    return handle;
  });
  layer.append(...handles);

  const place = () => {
    const [x, y] = axesNow();
    if (!x || !y || !state) return;
    handles.forEach((handle, i) => {
      const [px, py] = geometry.place(state, i);
      handle.setAttribute("transform", `translate(${x._offset + x.d2p(px)} ${y._offset + y.d2p(py)})`);
      const [low, high] = geometry.range(i);
      const facts = { min: low, max: high, now: geometry.now(state, i), text: geometry.words(state, i) };
      for (const [name, value] of Object.entries(facts)) handle.setAttribute(`aria-value${name}`, value);
    });
  };
  return {
    panel,
    element: null,
    attach(newPicture) { picture = newPicture; picture.stage.append(layer); },
    place,
    show(newState) { state = newState; place(); },
    stop() {},
  };
}

// What a state of handles is called, as Python's Points.text and Bars.text say it.
function handlesText({ kind, names }, state) {
  const pairs = names.map((name, i) => kind === "points"
    ? `${name} ${state[i].map((number) => number.toFixed(2)).join(", ")}` : `${name} ${state[i].toFixed(2)}`);
  return pairs.join(kind === "points" ? "; " : ", ");
}
