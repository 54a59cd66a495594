// Bars, drawn as SVG: lying ones for names, standing ones for months.

const SVG = "http://www.w3.org/2000/svg";
// A drawing is as wide as its place: on a small screen its texts would shrink with it.
const IS_NARROW = matchMedia("(max-width: 30rem)").matches;
const WIDTH = IS_NARROW ? 300 : 560;
const ROW = 30;
const LABEL = IS_NARROW ? 105 : 150;
const VALUE = IS_NARROW ? 70 : 92;
const LETTERS = IS_NARROW ? 14 : 22;
const HEIGHT = 200;
const WIDEST = 72;
const LEAST_STEP = 40; // a bar as narrow as this still carries its value
const FOOT = 24;

function shape(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function frame(height, title) {
  return shape("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": title });
}

const short = new Intl.NumberFormat(undefined, { notation: "compact", maximumSignificantDigits: 3 });
const cut = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

// `bars` are {label, value, text}. A value below zero goes the other way.
export function lyingBars(title, bars) {
  const drawing = frame(bars.length * ROW, title);
  const room = WIDTH - LABEL - VALUE;
  const most = Math.max(...bars.map(({ value }) => Math.abs(value)), Number.MIN_VALUE);
  bars.forEach(({ label, value, text }, at) => {
    const top = at * ROW;
    const width = Math.max(1, (Math.abs(value) / most) * room);
    const middle = top + ROW / 2;
    const name = shape("text", { x: LABEL - 10, y: middle, class: "label", "text-anchor": "end" }, cut(label, LETTERS));
    name.append(shape("title", {}, label));
    drawing.append(
      name,
      shape("rect", { x: LABEL, y: top + 5, width, height: ROW - 10, rx: 3, class: value < 0 ? "bar below" : "bar" }),
      shape("text", { x: LABEL + width + 8, y: middle, class: "value" }, text),
    );
  });
  return drawing;
}

export function standingBars(title, bars) {
  const drawing = frame(HEIGHT, title);
  const most = Math.max(...bars.map(({ value }) => value), 0);
  const least = Math.min(...bars.map(({ value }) => value), 0);
  const foot = FOOT + (least < 0 ? 18 : 0);
  const scale = (HEIGHT - foot - 26) / (most - least || 1);
  const ground = 22 + most * scale;
  const step = WIDTH / bars.length;
  const every = Math.ceil(56 / step); // labels are as wide as this
  const width = Math.min(step * 0.76, WIDEST);
  bars.forEach(({ label, value, text }, at) => {
    const height = Math.max(1, Math.abs(value) * scale);
    const bar = shape("rect", {
      x: at * step + (step - width) / 2, width, y: value < 0 ? ground : ground - height, height, rx: 2,
      class: value < 0 ? "bar below" : "bar",
    });
    bar.append(shape("title", {}, `${label}: ${text}`));
    drawing.append(bar);
    const x = at * step + step / 2;
    if (step >= LEAST_STEP) {
      const y = value < 0 ? ground + height + 11 : ground - height - 9;
      drawing.append(shape("text", { x, y, class: "value", "text-anchor": "middle" }, short.format(value)));
    }
    if (at % every === 0) {
      drawing.append(shape("text", { x, y: HEIGHT - 8, class: "label", "text-anchor": "middle" }, label));
    }
  });
  drawing.append(shape("line", { x1: 0, x2: WIDTH, y1: ground, y2: ground, class: "ground" }));
  return drawing;
}
