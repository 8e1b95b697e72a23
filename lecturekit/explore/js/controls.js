// The controls beside the picture: native inputs, each bound to its label.
// A maker takes (spec, onState, isWaiting) and returns {element, show(state), stop()}.

const PLAY_INTERVAL_MS = 150;
const SPEEDS = [["½ ×", 0.5], ["1 ×", 1], ["2 ×", 2], ["4 ×", 4]];

function makeSlider({ label, states, texts, play }, onState, isWaiting) {
  const id = newId();
  // The input counts positions, so that uneven ones are as easy to reach as even ones.
  const input = make("input", { type: "range", id, min: 0, max: states.length - 1, step: 1 });
  const value = make("span", { className: "lk-value", ariaHidden: "true" });   // aria-valuetext says it
  value.style.minWidth = `${Math.max(...texts.map((text) => text.length))}ch`;
  const element = make("div", { className: "lk-control lk-slider" },
    make("label", { htmlFor: id, textContent: label }), input, value);

  const show = (state) => {
    input.value = states.indexOf(state);
    value.textContent = texts[input.value];
    input.setAttribute("aria-valuetext", texts[input.value]);
  };
  const move = (position) => { show(states[position]); onState(states[position]); };
  const next = () => move((Number(input.value) + 1) % states.length);
  const player = play ? makePlayer(label, next, isWaiting) : null;
  const stop = () => player?.stop();
  input.addEventListener("input", () => { stop(); move(Number(input.value)); });
  if (player) element.append(...player.elements);
  return { element, show, stop };
}

// Walks on at the pace of the pictures, so that none is left out.
function makePlayer(label, next, isWaiting) {
  const button = make("button", { type: "button" });
  const speed = make("select", { ariaLabel: `Speed of ${label}` },
    ...SPEEDS.map(([text, factor]) => make("option", { textContent: text, value: factor, selected: factor === 1 })));
  let timer = null;
  const setPlaying = (playing) => {
    clearInterval(timer);
    const walk = () => { if (!isWaiting()) next(); };
    timer = playing ? setInterval(walk, PLAY_INTERVAL_MS / Number(speed.value)) : null;
    button.textContent = playing ? "❚❚ Pause" : "▶ Play";
    button.setAttribute("aria-label", `${playing ? "Pause" : "Play"} ${label}`);
  };
  button.addEventListener("click", () => setPlaying(timer === null));
  speed.addEventListener("change", () => setPlaying(timer !== null));
  setPlaying(false);
  return { elements: [button, speed], stop: () => setPlaying(false) };
}

function makeChoice({ label, states, texts }, onState) {
  const id = newId();
  const select = make("select", { id }, ...texts.map((text) => make("option", { textContent: text })));
  select.addEventListener("change", () => onState(states[select.selectedIndex]));
  const show = (state) => { select.selectedIndex = states.indexOf(state); };
  const element = make("div", { className: "lk-control" },
    make("label", { htmlFor: id, textContent: label }), select);
  return { element, show, stop() {} };
}

function makeToggle({ label }, onState) {
  const id = newId();
  const box = make("input", { type: "checkbox", id });
  box.addEventListener("change", () => onState(box.checked));
  const show = (state) => { box.checked = state; };
  const element = make("div", { className: "lk-control" },
    box, make("label", { htmlFor: id, textContent: label }));
  return { element, show, stop() {} };
}
