// One Plotly picture that follows its figure, the width of its place and the theme of the page.

const SMALLEST_FONT_PX = 14;
const USUAL_HEIGHT_PX = 420;
const CONFIG = { displayModeBar: false, responsive: false };

// The theme enters as a template: what an author set on purpose stays.
function themed(figure, { color: ink, fontFamily }, width, revision) {
  const faint = `rgba(${ink.match(/[\d.]+/g).slice(0, 3).join(", ")}, 0.2)`;
  const none = "rgba(0, 0, 0, 0)";
  const axis = { gridcolor: faint, zerolinecolor: faint, linecolor: ink, tickcolor: ink };
  const wall = { ...axis, backgroundcolor: none };
  const { template = {}, ...layout } = figure.layout;
  const given = template.layout ?? {};
  const font = { family: fontFamily, ...given.font, color: ink, ...layout.font };
  const size = Math.max(SMALLEST_FONT_PX, font.size ?? 0);
  const margin = { t: layout.title?.text ? 56 : 24, r: 24, b: 56, l: 64 };
  return {
    data: figure.data,
    layout: {
      ...layout,
      width,
      height: layout.height ?? USUAL_HEIGHT_PX,
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

// Returns {element, show(figure, alt), forgetZoom(), dispose()}. Drawing never queues: the latest figure wins.
function makePicture(plotlyPromise, onDrawn, onProblem) {
  const plot = make("div", { className: "lk-plot" });
  const element = make("div", { className: "lk-picture", role: "img" }, plot);
  let figure = null, revision = 0, due = false, drawing = false, width = 0;

  const draw = async () => {
    if (drawing) return;                                 // the loop below sees that more is due
    drawing = true;
    try {
      const Plotly = await plotlyPromise;
      while (due && width > 0) {                         // a hidden picture waits until it has a place
        due = false;
        const { data, layout } = themed(figure, getComputedStyle(element), width, revision);
        await Plotly.react(plot, data, layout, CONFIG);
        onDrawn();
      }
    } finally {
      drawing = false;
    }
  };
  const redraw = () => {
    due = figure !== null;
    draw().catch(onProblem);
  };
  const show = (newFigure, alt) => {
    figure = newFigure;
    element.setAttribute("aria-label", alt);
    element.style.minHeight = `${figure.layout.height ?? USUAL_HEIGHT_PX}px`;
    redraw();
  };

  const place = new ResizeObserver(() => {
    if (plot.clientWidth === width) return;
    width = plot.clientWidth;
    redraw();
  });
  place.observe(plot);
  const theme = new MutationObserver(redraw);
  theme.observe(document.body, { attributeFilter: ["data-jp-theme-name", "class"] });
  const dispose = () => {
    place.disconnect();
    theme.disconnect();
    plotlyPromise.then((Plotly) => Plotly.purge(plot));
  };
  return { element, show, dispose, forgetZoom() { revision += 1; redraw(); } };
}
