"use strict";

/*
 * Filters: presets, and an editor in which each cell of the window is a number to draw or type.
 * A lifting filter is a function on the window, a filter of the second layer one on S × window.
 * Values are multiples of 1/8 between −1 and 1.
 */

const STEP = 1 / 8;

/** Functions of a cell's place (x, y) on the page, the window reaching to 1. */
const WINDOW_FILTERS = {
  edge: (x) => x,
  bar: (x, y) => 1 - 2 * Math.min(Math.abs(y) * 1.5, 1),
  spot: (x, y) => (Math.hypot(x, y) < 1e-6 ? 1 : -0.125),
  blur: () => 0.125,
  hook: (x, y) => x * y + 0.6 * x * x - 0.5 * y,
  point: (x, y) => (Math.hypot(x, y) < 1e-6 ? 1 : 0),
};

const LIFTING_FILTERS = {
  edge: "edge",
  bar: "bar",
  hook: "hook, without symmetry",
  spot: "spot",
  blur: "blur",
  point: "one cell",
  random: "random",
};

const SECOND_FILTERS = {
  meeting: "two orientations meet",
  edge: "edge in one patch",
  spot: "spot in every patch",
  point: "one cell of one patch",
  random: "random",
};

/** Return a value that the sums hold exactly. */
function toStep(value) {
  return Math.max(-1, Math.min(1, Math.round(value / STEP) * STEP)) + 0;
}

/** Return a function on the window as an array. */
function onWindow(group, window, shape) {
  const far = Math.max(1e-9, ...window.points.map((point) => Math.hypot(...onPage(group, point))));
  return window.points.map((point) => toStep(shape(...onPage(group, point).map((x) => x / far))));
}

/** Return the weights of a preset, in the order of the library's parameters. */
function makeFilter(group, window, layer, name) {
  const count = (layer === "lifting" ? 1 : group.elements.length) * window.points.length;
  if (name === "random") {
    const next = randomNumbers(11);
    return Float64Array.from({ length: count }, () => toStep(2 * next() - 1));
  }
  if (layer === "lifting") return Float64Array.from(onWindow(group, window, WINDOW_FILTERS[name]));
  const zero = window.points.map(() => 0);
  const other = group.generators.length ? group.generators.at(-1).element : group.identity;
  return Float64Array.from(
    group.elements.flatMap((_, s) => {
      if (name === "spot") return onWindow(group, window, WINDOW_FILTERS.spot);
      if (name === "meeting") {
        const reads = s === group.identity || s === other;
        return reads ? onWindow(group, window, WINDOW_FILTERS.blur) : zero;
      }
      return s === group.identity ? onWindow(group, window, WINDOW_FILTERS[name]) : zero;
    }),
  );
}

/** Return how a value reads. */
function formatted(value) {
  return String(Math.round(value * 10000) / 10000).replace("-", "−");
}

const DIRECTIONS = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/**
 * Make the editor in an element of the page.
 *
 * `pen()` is the value to draw with, `changed(parameter, value)` is told of each change.
 */
function makeEditor(host, pen, changed) {
  let cells = []; // polygons, in the order of the parameters
  let places = [];
  let values = new Float64Array();
  let stroke = null; // the value that the pointer is drawing

  function colour(number) {
    const value = values[number];
    cells[number].style.fill = cssColour(signedColours()[shade(value, -1, 1)]);
    cells[number].setAttribute("aria-valuenow", value);
    cells[number].setAttribute("aria-valuetext", formatted(value));
  }

  function set(number, value) {
    if (values[number] === value) return;
    values[number] = value;
    colour(number);
    changed(number, value);
  }

  function focus(number) {
    for (const cell of cells) cell.setAttribute("tabindex", "-1");
    cells[number].setAttribute("tabindex", "0");
    cells[number].focus();
  }

  /** Return the nearest cell in a direction, in the same window or else in the next one. */
  function neighbour(number, [dx, dy]) {
    const own = places[number];
    let [best, cost] = [number, Infinity];
    places.forEach((place, other) => {
      if (place.patch !== own.patch) return;
      const along = (place.x - own.x) * dx + (place.y - own.y) * dy;
      const aside = Math.abs((place.x - own.x) * dy - (place.y - own.y) * dx);
      if (along > 0.1 && along + 2 * aside < cost) [best, cost] = [other, along + 2 * aside];
    });
    if (best !== number || dy !== 0) return best;
    const size = places.filter((place) => place.patch === 0).length;
    return modulo(number + dx * size, places.length);
  }

  function numberAt(target) {
    const cell = target instanceof Element ? target.closest("[data-parameter]") : null;
    return cell && host.contains(cell) ? Number(cell.dataset.parameter) : null;
  }

  host.addEventListener("pointerdown", (event) => {
    const number = numberAt(event.target);
    if (number === null || event.button !== 0) return;
    event.preventDefault();
    focus(number);
    stroke = values[number] === pen() ? 0 : pen(); // the same value again clears
    set(number, stroke);
  });
  addEventListener("pointermove", (event) => {
    if (stroke === null) return;
    const number = numberAt(document.elementFromPoint(event.clientX, event.clientY));
    if (number !== null) set(number, stroke);
  });
  for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => (stroke = null));
  host.addEventListener("keydown", (event) => {
    const number = numberAt(event.target);
    if (number === null || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in DIRECTIONS) focus(neighbour(number, DIRECTIONS[event.key]));
    else if (event.key === "+" || event.key === "=") set(number, toStep(values[number] + STEP));
    else if (event.key === "-") set(number, toStep(values[number] - STEP));
    else if (event.key === " " || event.key === "Enter") set(number, pen());
    else if (event.key === "Delete" || event.key === "Backspace") set(number, 0);
    else return;
    event.preventDefault();
  });

  return {
    /** Show the weights of a layer: one window, or one for each element of S. */
    show(group, window, layer, weight) {
      values = Float64Array.from(weight);
      const radius = halfWidth(group, window.points) * 1.03;
      const names = layer === "lifting" ? [""] : group.elements.map(({ label }) => label);
      const size = names.length === 1 ? 168 : names.length <= 6 ? 92 : 68;
      places = names.flatMap((_, patch) =>
        window.points.map((point) => {
          const [x, y] = onPage(group, point);
          return { patch, x, y, point };
        }),
      );
      host.replaceChildren(
        ...names.map((name, patch) => {
          const figure = document.createElement("figure");
          const polygons = window.points.map((point, w) => {
            const [x, y] = onPage(group, point);
            const corners = group.cell.map(([dx, dy]) => `${x + dx},${-y - dy}`).join(" ");
            const number = patch * window.points.length + w;
            return `<polygon points="${corners}" data-parameter="${number}" tabindex="-1"
              role="spinbutton" aria-valuemin="-1" aria-valuemax="1"
              vector-effect="non-scaling-stroke"/>`;
          });
          figure.innerHTML = `<svg width="${size}" height="${size}"
            viewBox="${-radius} ${-radius} ${2 * radius} ${2 * radius}">${polygons.join("")}</svg>`;
          if (name) {
            const caption = document.createElement("figcaption");
            caption.textContent = name;
            figure.append(caption);
          }
          return figure;
        }),
      );
      cells = [...host.querySelectorAll("polygon")];
      cells.forEach((cell, number) => {
        const { patch, point } = places[number];
        const where = names[patch] ? `patch ${names[patch]}, ` : "";
        cell.setAttribute("aria-label", `${where}cell (${point.join(", ")})`);
        colour(number);
      });
      cells[0].setAttribute("tabindex", "0");
    },
    /** Take the colours of the present scheme. */
    recolour() {
      cells.forEach((_, number) => colour(number));
    },
  };
}
