"use strict";

/*
 * The feature map as patches on the Cayley graph of S, or on the graph of its cosets: an arrow of
 * the generator a leads from sH to asH, which is where L_a takes the patch, turned by M(a).
 */

const TALLEST = 660; // of the whole picture, in CSS pixels
const WIDEST_PATCH = 125; // its radius
const DURATION = 700;

/** Return the least rectangle around places, with room for patches of radius 1. */
function extent(places) {
  const [xs, ys] = [0, 1].map((axis) => places.map((place) => place[axis]));
  const span = (values) => Math.max(...values) - Math.min(...values) + 2;
  return { width: span(xs), height: span(ys) };
}

/** Return how far the torus reaches in a direction of the page, its circle having radius 1. */
function exitAt(group, [x, y]) {
  const bounds = group.neighbours.map((point) => {
    const [px, py] = onPage(group, point);
    const along = px * x + py * y;
    return along > 1e-9 ? (group.side * (px * px + py * py)) / 2 / along : Infinity;
  });
  return Math.min(1, Math.min(...bounds) / reach(group, group.points));
}

/** Return the middle control point of the curve from p to q. */
function bow(p, q, bend) {
  return [
    (p[0] + q[0]) / 2 - bend * (q[1] - p[1]),
    (p[1] + q[1]) / 2 + bend * (q[0] - p[0]),
  ];
}

/** Return the point of a quadratic curve at a part of its length. */
function along(p, middle, q, part) {
  return [0, 1].map(
    (axis) =>
      (1 - part) ** 2 * p[axis] + 2 * part * (1 - part) * middle[axis] + part ** 2 * q[axis],
  );
}

/** Return the curves of all generators, loops left out: what a generator fixes stays there. */
function arrowsOf(group, type) {
  const drawn = new Set();
  return group.generators.flatMap(({ element }, generator) =>
    type.cosets.flatMap((_, from) => {
      const to = type.action[element][from];
      if (to === from) return [];
      const directed = type.action[element][to] !== from;
      if (!directed && from > to) return []; // one line for both ways
      const pair = `${Math.min(from, to)} ${Math.max(from, to)}`;
      const bend = (directed ? 0.16 : 0) + (drawn.has(pair) ? 0.22 : 0);
      drawn.add(pair);
      return [{ generator, from, to, directed, bend }];
    }),
  );
}

/** Return how the lines of a generator are broken: the last one's are not. */
function dashes(group, generator) {
  return ["none", "7 4", "2 4", "9 3 2 3"][(group.generators.length - 1 - generator) % 4];
}

/** Return an arrow as SVG: a curve between the borders of two patches, and a head. */
function arrowMarkup(group, places, unit, { generator, from, to, directed, bend }) {
  const [p, q] = [places[from], places[to]];
  const middle = bow(p, q, bend);
  const leave = (start) => {
    const step = [middle[0] - start[0], middle[1] - start[1]];
    const length = Math.hypot(...step) || 1;
    const out = step.map((x) => x / length);
    const exit = exitAt(group, out) + 4 / unit;
    return [start[0] + exit * out[0], start[1] + exit * out[1]];
  };
  const [a, b] = [leave(p), leave(q)];
  const flip = ([x, y]) => `${x.toFixed(3)} ${(-y).toFixed(3)}`;
  const head = 12 / unit;
  const toward = Math.atan2(b[1] - middle[1], b[0] - middle[0]);
  const wing = (side) => [
    b[0] - head * Math.cos(toward + side * 0.45),
    b[1] - head * Math.sin(toward + side * 0.45),
  ];
  const stop = directed ? b.map((x, i) => x - 0.7 * head * [Math.cos, Math.sin][i](toward)) : b;
  const colour = `var(--generator-${generator % 4})`;
  const line = `<path d="M ${flip(a)} Q ${flip(middle)} ${flip(stop)}" fill="none"
    stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dashes(group, generator)}"
    vector-effect="non-scaling-stroke"/>`;
  const tip = `<path d="M ${flip(b)} L ${flip(wing(1))} L ${flip(wing(-1))} Z" fill="${colour}"/>`;
  return line + (directed ? tip : "");
}

/** Return where a name over a patch hides least of the arrows: −1 left, 0 above, 1 right. */
function nameSide(group, type, arrows, patch) {
  const [x, y] = type.places[patch];
  const top = y + exitAt(group, [0, 1]);
  const beside = arrows.flatMap(({ from, to, bend }) => {
    const [p, q] = [type.places[from], type.places[to]];
    const points = Array.from({ length: 40 }, (_, i) => along(p, bow(p, q, bend), q, i / 39));
    return points.filter(([px, py]) => Math.abs(px - x) < 0.9 && py > top && py < top + 0.5);
  });
  if (!beside.length) return 0;
  const right = beside.filter(([px]) => px > x + 1e-6).length;
  const left = beside.filter(([px]) => px < x - 1e-6).length;
  return right < left ? 1 : -1;
}

/** Return the part τ of a motion of the page as CSS has it, which counts y downwards. */
function partOfMotion([[a, b], [c, d]], part) {
  let motion;
  if (a * d - b * c > 0) {
    const angle = Math.atan2(c, a) * part;
    motion = [Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle)];
  } else {
    const rest = 1 - part; // a mirror folds its two sides over
    motion = [rest + part * a, part * b, part * c, rest + part * d];
  }
  const [p, q, r, s] = motion;
  return `matrix(${p}, ${-r}, ${-q}, ${s}, 0, 0)`;
}

/** Return 0 to 1, slow at both ends. */
function eased(part) {
  return part * part * (3 - 2 * part);
}

/** Make the view in an element of the page; `pointed(patch, x)` hears which cell is pointed at. */
function makePatches(host, legend, pointed) {
  let shown = null; // group, type, unit: CSS pixels of a patch's radius
  let canvases = [];
  let running = 0; // the animation frame asked for
  let finish = null;

  function fit() {
    const { width, height } = extent(shown.type.places);
    const room = host.parentElement.clientWidth - 30;
    shown.unit = Math.floor(Math.min(room / width, TALLEST / height, WIDEST_PATCH));
    host.style.width = `${shown.unit * width}px`;
    host.style.height = `${shown.unit * height}px`;
    const { group, type, unit } = shown;
    const graph = arrowsOf(group, type);
    const arrows = graph.map((arrow) => arrowMarkup(group, type.places, unit, arrow));
    host.firstElementChild.innerHTML = `<svg viewBox="${-width / 2} ${-height / 2} ${width}
      ${height}">${arrows.join("")}</svg>`;
    canvases.forEach((canvas, number) => {
      const [x, y] = shown.type.places[number];
      const style = canvas.parentElement.style;
      style.left = `${(x + width / 2 - 1) * shown.unit}px`;
      style.top = `${(height / 2 - y - 1) * shown.unit}px`;
      style.width = style.height = `${2 * shown.unit}px`;
      const caption = canvas.nextElementSibling;
      caption.style.bottom = `${(1 + exitAt(group, [0, 1])) * unit + 1}px`;
      caption.dataset.side = nameSide(group, type, graph, number);
      fitCanvas(canvas, 2 * unit);
    });
  }

  /** Return the small picture of the filter as a patch uses it. */
  function icon(group, window, weights) {
    const canvas = document.createElement("canvas");
    const size = 40;
    canvas.width = canvas.height = size;
    canvas.style.width = canvas.style.height = "22px";
    canvas.setAttribute("aria-hidden", "true");
    const numbers = new Map(window.points.map((point, w) => [point.join(), w]));
    const valueOf = (point) => numbers.get(point.join());
    const half = halfWidth(group, window.points);
    const raster = makeRaster(group, window.points, valueOf, size, half);
    const context = canvas.getContext("2d");
    const image = context.createImageData(size, size);
    paint(image, raster, size, 0, 0, weights, -1, 1, signedColours());
    context.putImageData(image, 0, 0);
    return canvas;
  }

  host.addEventListener("pointermove", (event) => {
    const number = canvases.indexOf(event.target);
    if (number < 0 || finish) return;
    const box = event.target.getBoundingClientRect();
    const size = event.target.width;
    const column = Math.floor(((event.clientX - box.left) / box.width) * size);
    const row = Math.floor(((event.clientY - box.top) / box.height) * size);
    const x = torusRaster(shown.group, size)[row * size + column] ?? -1;
    if (x >= 0) pointed(number, x);
  });

  return {
    /** Lay out the patches of a feature type. */
    show(group, type) {
      this.settle();
      shown = { group, type, unit: 0 };
      const graph = document.createElement("div");
      graph.className = "graph";
      graph.setAttribute("aria-hidden", "true");
      canvases = [];
      const figures = type.cosets.map((members) => {
        const figure = document.createElement("figure");
        figure.className = "patch";
        const canvas = document.createElement("canvas");
        canvas.className = "content";
        canvas.setAttribute("role", "img");
        const caption = document.createElement("figcaption");
        const names = members.map((s) => group.elements[s].label);
        const text = members.length === 1 ? names[0] : `{${names.slice(0, 4).join(", ")}${
          names.length > 4 ? ", …" : ""}}`;
        caption.append(text);
        canvas.setAttribute("aria-label", `patch ${text}`);
        canvases.push(canvas);
        figure.append(canvas, caption);
        return figure;
      });
      host.replaceChildren(graph, ...figures);
      legend.replaceChildren(
        ...group.generators.map(({ name, motion }, generator) => {
          const item = document.createElement("span");
          const colour = `var(--generator-${generator % 4})`;
          item.innerHTML = `<svg viewBox="0 0 44 16" aria-hidden="true"><path d="M 2 8 H 42"
            stroke="${colour}" stroke-width="3"
            stroke-dasharray="${dashes(group, generator)}"/></svg>`;
          item.append(`${name}: ${motion}`);
          return item;
        }),
      );
      fit();
    },

    /** Fit the layout to the width of the page. */
    resize() {
      this.settle();
      fit();
    },

    /** Draw the values, the same colours for all patches. */
    paint(values, most) {
      const size = shown.group.side ** 2;
      canvases.forEach((canvas, number) => {
        const own = values.subarray(number * size, (number + 1) * size);
        drawTorus(canvas, shown.group, own, -most, most, signedColours());
      });
    },

    /** Show beside each name the filter as that patch uses it; none without weights. */
    icons(window, rows) {
      canvases.forEach((canvas, number) => {
        const caption = canvas.nextElementSibling;
        caption.querySelector("canvas")?.remove();
        if (rows) caption.append(icon(shown.group, window, rows[number]));
      });
    },

    /**
     * Carry each patch along its arrow of a, turning it, together with other canvases that turn in
     * place; then call `done`, which draws what has been computed.  The two agree.
     */
    carry(a, turning, done) {
      this.settle();
      const { group, type, unit } = shown;
      const page = group.elements[a].page;
      const bends = arrowsOf(group, type);
      const paths = type.places.map((p, from) => {
        const to = type.action[a][from];
        const arrow = bends.find((one) => one.from === from && one.to === to);
        const back = bends.find((one) => one.from === to && one.to === from);
        const bend = arrow?.bend ?? back?.bend ?? 0;
        return { p, q: type.places[to], middle: bow(p, type.places[to], bend) };
      });
      const draw = (part) => {
        const motion = partOfMotion(page, part);
        canvases.forEach((canvas, number) => {
          const { p, q, middle } = paths[number];
          const [x, y] = along(p, middle, q, part);
          canvas.style.transform =
            `translate(${(x - p[0]) * unit}px, ${(p[1] - y) * unit}px) ${motion}`;
        });
        for (const canvas of turning) canvas.style.transform = motion;
      };
      finish = () => {
        cancelAnimationFrame(running);
        finish = null;
        for (const canvas of [...canvases, ...turning]) canvas.style.transform = "";
        done();
      };
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
        finish();
        return;
      }
      let start = null;
      const frame = (now) => {
        start ??= now;
        const part = Math.min(1, (now - start) / DURATION);
        if (part === 1) {
          finish?.();
          return;
        }
        draw(eased(part));
        running = requestAnimationFrame(frame);
      };
      running = requestAnimationFrame(frame);
    },

    /** End what is moving. */
    settle() {
      finish?.();
    },
  };
}

/** Draw all patches, small, on one canvas. */
function drawSmall(canvas, group, type, values, most) {
  const { width, height } = extent(type.places);
  const ratio = Math.min(devicePixelRatio || 1, 2);
  const room = Math.max(canvas.parentElement.clientWidth, 40);
  const unit = Math.max(2, Math.floor(Math.min(room / width, 260 / height, 100) * ratio));
  canvas.width = Math.ceil(unit * width);
  canvas.height = Math.ceil(unit * height);
  canvas.style.maxWidth = `${canvas.width / ratio}px`;
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  const [cells, size] = [group.side ** 2, 2 * unit];
  type.places.forEach(([x, y], number) => {
    const left = Math.round((x + width / 2 - 1) * unit);
    const top = Math.round((height / 2 - y - 1) * unit);
    const own = values.subarray(number * cells, (number + 1) * cells);
    const colours = signedColours();
    paint(image, torusRaster(group, size), size, left, top, own, -most, most, colours);
  });
  context.putImageData(image, 0, 0);
}
