// The controls of an explorer: native inputs, each bound to its label.
// A maker takes ({label, states, texts, …}, onState) and returns {element, show(state), stop()}.

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const newId = () => `lk-${Math.random().toString(36).slice(2)}`;

const PLAY_INTERVAL_MS = 150;

function makeSlider({ label, states, texts, play }, onState, isWaiting) {
  const last = states.length - 1;
  const id = newId();
  // The input counts positions, so that uneven ones are as easy to reach as even ones.
  const input = make("input", { type: "range", id, min: 0, max: last, step: 1 });
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

  let timer = null;
  const button = make("button", { type: "button" });
  const setPlaying = (playing) => {
    clearInterval(timer);
    timer = playing ? setInterval(playOn, PLAY_INTERVAL_MS) : null;
    button.textContent = playing ? "❚❚ Pause" : "▶ Play";
    button.setAttribute("aria-label", `${playing ? "Pause" : "Play"} ${label}`);
  };
  const playOn = () => {                       // at the pace of the pictures: none is left out
    if (!isWaiting()) move((Number(input.value) + 1) % states.length);
  };
  const stop = () => setPlaying(false);
  input.addEventListener("input", () => { stop(); move(Number(input.value)); });
  button.addEventListener("click", () => setPlaying(timer === null));
  stop();
  if (play) element.append(button);
  return { element, show, stop };
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

const CONTROL_MAKERS = { slider: makeSlider, choice: makeChoice, toggle: makeToggle };
