// Figures from leaves: {path text -> [path, leaf]}. Arrays are decoded once and keep their identity,
// by which plotly.js knows what it need not draw again.

const ARRAYS = {
  i1: Int8Array, u1: Uint8Array, u1c: Uint8ClampedArray, i2: Int16Array, u2: Uint16Array,
  i4: Int32Array, u4: Uint32Array, f4: Float32Array, f8: Float64Array,
};

const bytesFrom = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

function decoded(leaf) {
  if (!leaf?.bdata) return leaf;
  const flat = new ARRAYS[leaf.dtype](bytesFrom(leaf.bdata).buffer);
  const shape = leaf.shape ? String(leaf.shape).split(",").map(Number) : [flat.length];
  if (shape.length === 1) return flat;
  const width = flat.length / shape[0];
  return Array.from({ length: shape[0] }, (_, row) => flat.subarray(row * width, (row + 1) * width));
}

// entries: [path, leaf], or [path] for a leaf that is gone.
const changesFrom = (entries) => entries.map(([path, ...leaf]) =>
  [JSON.stringify(path), leaf.length ? [path, decoded(leaf[0])] : null]);

// Plotly writes into small lists (a range that is zoomed), so each figure gets its own.
const own = (leaf) => (Array.isArray(leaf) && !ArrayBuffer.isView(leaf[0]) ? [...leaf] : leaf);

function figureFrom(base, changes = []) {
  const leaves = new Map(base);
  for (const [key, entry] of changes) {
    if (entry) leaves.set(key, entry); else leaves.delete(key);
  }
  const figure = { data: [], layout: {} };
  for (const [path, leaf] of leaves.values()) {
    let node = figure;
    path.forEach((key, depth) => {
      if (depth === path.length - 1) node[key] = own(leaf);
      else node = node[key] ??= typeof path[depth + 1] === "number" ? [] : {};
    });
  }
  figure.data = figure.data.filter(() => true);          // no holes where a trace is gone
  return figure;
}
