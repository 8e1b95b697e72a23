// One Plotly picture that follows its figure, the width of its place, the theme and the
// presentation switch of the page.

const SMALLEST_FONT_PX = 14;
const USUAL_HEIGHT_PX = 420;
const ENLARGED = 1.5;
const BESIDE_PX = 250;                                   // for controls beside a picture in the window
const SMALLEST_HEIGHT_PX = 360;
const LATE_COLOURS_MS = 500;
const CONFIG = { displayModeBar: false, responsive: false };

const WIDTH_OF_A_LETTER = 0.53;                          // of its size, on average
const HEIGHT_OF_A_LINE = 1.35;

// plotly.js breaks no lines: a text that is wider than its place goes on below.
function wrapped(text, width, size) {
  if (!text || text.includes("<br")) return text;
  const most = Math.max(12, Math.floor(width / (size * WIDTH_OF_A_LETTER)));
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (plainText(longer).length <= most || lines.at(-1) === "") lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join("<br>");
}

// The titles of a layout, wrapped, and the margin above that they need.
function withTitles(layout, given, width, height) {
  const wrap = (title, room, size) => (title?.text
    ? { ...title, text: wrapped(title.text, room, title.font?.size ?? size) } : title);
  const base = layout.font?.size ?? given.font?.size ?? SMALLEST_FONT_PX;
  const side = { ...given.margin, ...layout.margin };
  const room = width - (side.l ?? 64) - (side.r ?? 24);
  const axes = Object.keys(layout).filter((name) => /^[xy]axis\d*$/.test(name));
  const domain = (name) => layout[name].domain ?? [0, 1];
  const share = (name) => domain(name)[1] - domain(name)[0];
  const wrappedAxes = Object.fromEntries(axes.map((name) => [name, {
    ...layout[name],
    title: wrap(layout[name].title, share(name) * (name[0] === "x" ? room : 0.85 * height), 1.2 * base),
  }]));

  const size = layout.title?.font?.size ?? given.title?.font?.size ?? 1.2 * base;
  const title = wrap(layout.title, room, size);
  if (!title?.text) return { ...layout, ...wrappedAxes };
  const below = title.subtitle?.font?.size ?? given.title?.subtitle?.font?.size ?? 0.7 * size;
  const subtitle = wrap(title.subtitle, room, below);
  const tall = (text, letters) => (text ? text.split("<br>").length * letters * HEIGHT_OF_A_LINE : 0);
  // plotly.js sets a subtitle about a line below its title, and lifts a title of several lines
  const lifted = title.text.includes("<br") ? 0.7 * size : 0;
  const above = 12 + tall(title.text, size) + (subtitle?.text ? 0.8 * size + tall(subtitle.text, below) : 0) + 10;
  return {
    ...layout,
    ...wrappedAxes,
    title: { ...title, subtitle, automargin: false, x: 0, y: 1, yref: "container", yanchor: "top", pad: { t: 10 + lifted } },
    margin: { ...layout.margin, t: Math.max(above, layout.margin?.t ?? 0) },
  };
}

// The theme enters as a template: what an author set on purpose stays.
function themed(figure, { color: ink, fontFamily }, width, height, revision) {
  const faint = `rgba(${ink.match(/[\d.]+/g).slice(0, 3).join(", ")}, 0.2)`;
  const none = "rgba(0, 0, 0, 0)";
  const axis = { gridcolor: faint, zerolinecolor: faint, linecolor: ink, tickcolor: ink };
  const wall = { ...axis, backgroundcolor: none };
  const { template = {}, ...rest } = figure.layout;
  const given = template.layout ?? {};
  const layout = withTitles(rest, given, width, height);
  const font = { family: fontFamily, ...given.font, color: ink, ...layout.font };
  const size = Math.max(SMALLEST_FONT_PX, font.size ?? 0);
  const margin = { t: layout.title?.text ? 56 : 24, r: 24, b: 56, l: 64 };
  return {
    data: figure.data,
    layout: {
      ...layout,
      width,
      height,
      uirevision: layout.uirevision ?? revision,         // zoom and hidden traces outlive a change
      font: { ...font, size },
      template: {
        ...template,
        layout: {
          ...given,
          paper_bgcolor: none,
          plot_bgcolor: none,
          margin: { ...margin, ...given.margin },
          hoverlabel: { ...given.hoverlabel, font: { size } },
          annotationdefaults: { ...given.annotationdefaults, arrowcolor: ink },
          shapedefaults: { ...given.shapedefaults, line: { color: ink } },
          xaxis: { ...given.xaxis, ...axis },
          yaxis: { ...given.yaxis, ...axis },
          scene: { xaxis: wall, yaxis: wall, zaxis: wall },
          polar: { bgcolor: none, angularaxis: axis, radialaxis: axis },
        },
      },
    },
  };
}

// Returns {element, stage, plot, show(figure), busy(), forgetZoom(), dispose()}.
// Drawing never queues: the latest figure wins.
function makePicture(plotlyPromise, onDrawn, onProblem) {
  const plot = make("div", { className: "lk-plot" });
  const stage = make("div", { className: "lk-stage" }, plot);
  const element = make("div", { className: "lk-panel" }, stage);
  let figure = null, revision = 0, due = false, drawing = false, width = 0, height = 0, ink = null;
  const photos = makePhotos(stage, plot, () => figure?.layout.meta?.photos);

  // Enlarged, a picture stays in the window with its controls: first it grows less, then it shrinks.
  const fit = () => {
    const wanted = figure?.layout.height ?? USUAL_HEIGHT_PX;
    const room = Math.max(innerHeight - BESIDE_PX, SMALLEST_HEIGHT_PX);
    const scale = isLarger() ? clamp(room / wanted, 1, ENLARGED) : 1;
    height = isLarger() ? Math.min(wanted, room) : wanted;
    stage.style.transform = scale === 1 ? "" : `scale(${scale})`;
    width = Math.floor(element.clientWidth / scale);
    stage.style.width = `${width}px`;
    element.style.height = `${height * scale}px`;
  };
  const draw = async () => {
    if (drawing) return;                                 // the loop below sees that more is due
    drawing = true;
    try {
      const Plotly = await plotlyPromise;
      while (due && width > 0) {                         // a hidden picture waits until it has a place
        due = false;
        const style = getComputedStyle(element);
        const { data, layout } = themed(figure, style, width, height, revision);
        ink = style.color;
        photos.hide();                                   // of a point that is about to move
        await Plotly.react(plot, data, layout, CONFIG);
        photos.listen();
        onDrawn();
      }
    } finally {
      drawing = false;
    }
  };
  const redraw = () => {
    due = figure !== null;
    if (due) fit();
    draw().catch(onProblem);
  };

  let seen = 0;
  const place = new ResizeObserver(() => {
    if (element.clientWidth === seen) return;
    seen = element.clientWidth;
    redraw();
  });
  place.observe(element);
  // A theme may set its name before its colours are there: look twice.
  const relook = () => {
    redraw();
    setTimeout(() => { if (getComputedStyle(element).color !== ink) redraw(); }, LATE_COLOURS_MS);
  };
  const look = new MutationObserver(relook);
  look.observe(document.body, { attributeFilter: ["data-jp-theme-name", "class"] });
  look.observe(document.documentElement, { attributeFilter: ["data-theme", "class"] });
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", relook);
  return {
    element,
    stage,
    plot,
    show(newFigure) { figure = newFigure; redraw(); },
    busy: () => due || drawing,
    forgetZoom() { revision += 1; redraw(); },
    dispose() {
      place.disconnect();
      look.disconnect();
      system.removeEventListener("change", relook);
      plotlyPromise.then((Plotly) => Plotly.purge(plot));
    },
  };
}
