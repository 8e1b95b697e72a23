// What Python means by what it writes like JavaScript, errors included.
const fail = (kind, text) => { throw Object.assign(new Error(text), { name: kind }); };
const isNumber = (a) => typeof a === "number" || typeof a === "boolean";
const isText = (a) => typeof a === "string";
const isDict = (a) => typeof a === "object" && a !== null && !Array.isArray(a);
class NumpyArray extends Array {}                        // is read like a list, and calculates in Python only
const isList = (a) => Array.isArray(a) && !(a instanceof NumpyArray);
const unfit = (name, ...values) => fail("TypeError", values.some((a) => a instanceof NumpyArray)
  ? "a numpy array calculates in Python only" : `${name} does not fit ${values.map((a) => JSON.stringify(a)).join(" and ")}`);

const place = (x, i) => {                                // of x[i] in a list or a text
  const k = isNumber(i) ? Number(i) + (i < 0 ? x.length : 0) : NaN;
  if (!Number.isInteger(k)) fail("TypeError", `${JSON.stringify(i)} is no index`);
  return k >= 0 && k < x.length ? k : fail("IndexError", `index ${i} in a length of ${x.length}`);
};
const repeated = (a, n) => {
  if (!Number.isInteger(Number(n))) unfit("*", a, n);
  return isText(a) ? a.repeat(Math.max(n, 0)) : [].concat(...Array(Math.max(Number(n), 0)).fill(a));
};
const compared = (better) => {
  const compare = (a, b) => {
    if ((isNumber(a) && isNumber(b)) || (isText(a) && isText(b))) return better(a, b);
    if (!isList(a) || !isList(b)) unfit("<", a, b);
    const k = a.findIndex((each, i) => i >= b.length || !py.equal(each, b[i]));
    return k < 0 ? better(a.length, b.length) : k < b.length && compare(a[k], b[k]);
  };
  return compare;
};
const extreme = (isBetter) => (items) => (items.length === 0 ? fail("ValueError", "no items")
  : items.reduce((best, each) => (isBetter(each, best) ? each : best)));
const grown = (a, b, result) => (Number.isFinite(result) || !Number.isFinite(a) || !Number.isFinite(b)
  ? result : fail("OverflowError", "result too large"));
const fixed = (a, digits) => {                           // of two equally near, Python takes the even one
  if (Number.isNaN(a)) return "nan";
  const size = Math.abs(a), sign = a < 0 || Object.is(a, -0) ? "-" : "";
  if (size === Infinity) return `${sign}inf`;
  if (size >= 1e21) return `${sign}${BigInt(size)}${digits ? "." : ""}${"0".repeat(digits)}`;
  const text = size.toFixed(digits);
  const isTie = /^50*$/.test(size.toFixed(digits + 60).slice(-60));
  return sign + (isTie && text.at(-1) % 2 ? text.slice(0, -1) + (text.at(-1) - 1) : text);
};

const py = {
  numpy: (list) => NumpyArray.from(list, (each) => (Array.isArray(each) ? py.numpy(each) : each)),
  truth: (a) => (Array.isArray(a) ? a.length > 0 : isDict(a) ? Object.keys(a).length > 0
    : typeof a === "number" ? a !== 0 : Boolean(a)),
  both: (a, later) => (py.truth(a) ? later() : a),
  either: (a, later) => (py.truth(a) ? a : later()),

  add: (a, b) => ((isNumber(a) && isNumber(b)) || (isText(a) && isText(b)) ? a + b
    : isList(a) && isList(b) ? [...a, ...b] : unfit("+", a, b)),
  sub: (a, b) => (isNumber(a) && isNumber(b) ? a - b : unfit("-", a, b)),
  mul: (a, b) => (isNumber(a) && isNumber(b) ? a * b : isNumber(b) && (isText(a) || isList(a)) ? repeated(a, b)
    : isNumber(a) && (isText(b) || isList(b)) ? repeated(b, a) : unfit("*", a, b)),
  div: (a, b) => (!isNumber(a) || !isNumber(b) ? unfit("/", a, b)
    : Number(b) === 0 ? fail("ZeroDivisionError", "division by zero") : grown(a, b, a / b)),
  floordiv: (a, b) => {
    if (!isNumber(a) || !isNumber(b)) unfit("//", a, b);
    if (Number(b) === 0) fail("ZeroDivisionError", "division by zero");
    const rest = a % b, whole = (a - rest) / b - (rest !== 0 && rest < 0 !== b < 0 ? 1 : 0);
    return Number.isFinite(whole) ? Math.round(whole) : Number.isFinite(a) && !Number.isNaN(b) ? whole : NaN;
  },
  pow: (a, b) => {
    if (!isNumber(a) || !isNumber(b)) unfit("**", a, b);
    if (Number(a) === 0 && b < 0) fail("ZeroDivisionError", "zero to a negative power");
    if (Number(a) === 1 || (Number(a) === -1 && Math.abs(b) === Infinity)) return 1;
    if (a < 0 && Number.isFinite(a) && Number.isFinite(b) && !Number.isInteger(b)) unfit("**", a, b);
    return grown(a, b, a ** b);
  },
  add_in_place: (a, b) => {                              // every name of a list sees it grow
    if (!isList(a)) return py.add(a, b);
    a.push(...py.items(b));
    return a;
  },
  mul_in_place: (a, b) => (isNumber(a) || isText(a) ? py.mul(a, b) : unfit("*=", a, b)),
  minus: (a) => (isNumber(a) ? -a : unfit("-", a)),
  plus: (a) => (isNumber(a) ? +a : unfit("+", a)),
  abs: (a) => (isNumber(a) ? Math.abs(a) : unfit("abs", a)),

  equal: (a, b) => {
    if (a === b) return true;
    if (isNumber(a) && isNumber(b)) return Number(a) === Number(b);
    if (a instanceof NumpyArray || b instanceof NumpyArray) unfit("==", a, b);
    if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, i) => py.equal(each, b[i]));
    if (!isDict(a) || !isDict(b)) return false;
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && py.equal(a[key], b[key]));
  },
  less: compared((a, b) => a < b),
  most: compared((a, b) => a <= b),
  has: (whole, a) => (isText(whole) ? (isText(a) ? whole.includes(a) : unfit("in", a, whole))
    : isList(whole) ? whole.some((each) => py.equal(each, a)) : isDict(whole) && (isText(a) || isNumber(a)) ? isText(a) && Object.hasOwn(whole, a) : unfit("in", a, whole)),

  at: (x, i) => (Array.isArray(x) || isText(x) ? x[place(x, i)]
    : isDict(x) && Object.hasOwn(x, i) ? x[i] : fail("KeyError", String(i))),
  put: (x, i, value) => {
    if (!isDict(x) && !Array.isArray(x)) unfit("x[i] =", x);
    if (isDict(x) && !isText(i)) unfit("x[i] =", i);
    x[isDict(x) ? i : place(x, i)] = value;
  },
  slice: (x, low, high) => {
    if (![low, high].every((end) => end === null || Number.isInteger(Number(end))) || isDict(x)) unfit("x[i:j]", x, low, high);
    return x.slice(low === null ? 0 : Number(low), high === null ? x.length : Number(high));
  },
  append: (x, value) => (isList(x) ? (x.push(value), null) : unfit("append", x)),
  unpack: (x, count) => {
    const items = py.items(x);
    return items.length === count ? [...items] : fail("ValueError", `${items.length} values for ${count} names`);
  },
  items: (x) => (Array.isArray(x) ? x : isText(x) ? [...x] : isDict(x) ? Object.keys(x) : unfit("a loop", x)),
  len: (x) => py.items(x).length,
  list: (items = []) => Array.from(items),
  sum: (items, start = 0) => (isText(start) ? unfit("sum", start) : items.reduce(py.add, start)),
  max: extreme((a, best) => py.less(best, a)),
  min: extreme((a, best) => py.less(a, best)),
  range: (...ends) => {
    if (!ends.every((end) => Number.isInteger(Number(end)))) unfit("range", ...ends);
    const [low, high, step] = ends.length === 1 ? [0, ends[0], 1] : [ends[0], ends[1], ends[2] ?? 1];
    if (step === 0) fail("ValueError", "a range without a step");
    return Array.from({ length: Math.max(0, Math.ceil((high - low) / step)) }, (_, k) => Number(low) + k * step);
  },
  enumerate: (items, start = 0) => items.map((each, k) => [start + k, each]),
  zip: (strict, lists) => {
    const lengths = lists.map((each) => each.length), count = lists.length ? Math.min(...lengths) : 0;
    if (strict && lengths.some((length) => length !== count)) fail("ValueError", "zip: lists of different length");
    return Array.from({ length: count }, (_, k) => lists.map((each) => each[k]));
  },
  text: (a, how) => {
    if (how === "s") return isText(a) ? a : unfit(":s", a);
    if (!isNumber(a)) unfit(`:${how}`, a);
    if (how !== "d") return fixed(Number(a), Number(how[1]));
    return Number.isInteger(Number(a)) ? String(BigInt(a)) : unfit(":d", a);
  },
};

const domain = (compute) => (...args) => {               // where Python raises, Math returns NaN or Infinity
  if (!args.every(isNumber)) unfit("math", ...args);
  const result = compute(...args);
  const isWrong = Number.isNaN(result) ? !args.some(Number.isNaN) : !Number.isFinite(result) && args.every((a) => Number.isFinite(Number(a)));
  return isWrong ? fail("ValueError", "math domain error") : result;
};
const whole = (compute) => domain((a) => (Number.isFinite(Number(a)) ? compute(a) + 0 : fail("ValueError", "no whole number")));
const math = { pi: Math.PI, e: Math.E, tau: 2 * Math.PI, inf: Infinity, nan: NaN };
for (const name of ["acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "exp", "expm1",
  "hypot", "log10", "log1p", "log2", "sin", "sinh", "sqrt", "tan", "tanh"]) math[name] = domain(Math[name]);
for (const name of ["ceil", "floor", "trunc"]) math[name] = whole(Math[name]);
Object.assign(math, {
  log: domain((a, base) => (base === undefined ? Math.log(a) : py.div(math.log(a), math.log(base)))),
  pow: domain(py.pow), fabs: domain(Math.abs),
  degrees: domain((a) => a * (180 / Math.PI)), radians: domain((a) => a * (Math.PI / 180)),
  isnan: (a) => Number.isNaN(a), isinf: (a) => Math.abs(a) === Infinity, isfinite: (a) => Number.isFinite(Number(a)),
});
