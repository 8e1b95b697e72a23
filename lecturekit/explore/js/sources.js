// Sources that need no kernel: a function that computes, and a grid of pictures on the page.

// code: JavaScript for {figure(values), words(values)}; words is null where the alt text stays.
function physicsSource({ controls, code }, base, alt) {
  const { figure, words } = (0, eval)(code);             // translated from the notebook's own Python
  const template = base[0].get('["layout","template"]')?.[1];
  const styled = ({ data, layout }) => ({ data, layout: { template, ...layout } });
  const argumentsOf = (values) => Object.fromEntries(controls.map(({ name, states, objects }) =>
    [name, objects ? objects[states.indexOf(values[name])] : values[name]]));
  let receive;
  return {
    start(view) { receive = view.receive; },
    look(values) {
      try {
        const given = argumentsOf(values), made = figure(given);
        return { figures: (Array.isArray(made) ? made : [made]).map(styled), alt: words ? words(given) : alt };
      } catch (problem) {
        return { problem: String(problem) };
      }
    },
    ask(values) { receive(values, this.look(values)); },
  };
}

async function unzipped(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

// packed: gzip of {paths, leaves, rows}; a row is {alt, figures: [[path, leaf, path, leaf, …], …]}
// with numbers into the two lists, -1 for a leaf that is gone, or {problem}. Rows follow the controls'
// states, the last control moving fastest.
function gridSource({ controls }, base, packed) {
  const listed = controls.filter(({ states }) => states);
  let grid = null, view, awaited = null;
  const number = (values) => listed.reduce((row, { name, states }) => row * states.length + states.indexOf(values[name]), 0);
  const answer = ({ alt, figures, problem }) => (problem ? { problem } : {
    alt,
    figures: figures.map((pairs, panel) => {
      const changes = [];
      for (let i = 0; i < pairs.length; i += 2) {
        const path = grid.paths[pairs[i]], leaf = grid.leaves[pairs[i + 1]];
        changes.push([JSON.stringify(path), pairs[i + 1] < 0 ? null : [path, leaf]]);
      }
      return figureFrom(base[panel], changes);
    }),
  });
  const source = {
    start(newView) { view = newView; },
    look(values) { return grid && answer(grid.rows[number(values)]); },
    ask(values) { awaited = values; },
  };
  unzipped(bytesFrom(packed)).then((text) => {
    grid = JSON.parse(text);
    grid.leaves = grid.leaves.map(decoded);
    if (awaited) view.receive(awaited, source.look(awaited));
  }).catch((problem) => view.note(`The pictures of this page cannot be read: ${problem}`));
  return source;
}

// A lone state: nothing on the page moves.
const stillSource = (first) => ({ start() {}, look: () => first, ask() {} });
