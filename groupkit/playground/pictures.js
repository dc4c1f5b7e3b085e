"use strict";

/*
 * Pictures of functions on a lattice.  A raster tells for each pixel which value it shows: that of
 * the nearest lattice point.  Cells of a hexagonal lattice are therefore hexagons, and those of
 * any other lattice its own Voronoi cells.  The page has x to the right and y up.
 */

/** Return the place of a lattice point on the page, in units of the first basis vector. */
function onPage(group, [u, v]) {
  const [[a, b], [c, d]] = group.basis;
  return [a * u + b * v, c * u + d * v];
}

/**
 * Return a function from places of the page to the nearest lattice point.
 *
 * It walks from the point that it found last, and so is fast along a line of pixels.  The
 * difference to the nearest point p satisfies (x − p)·n ≤ n·n / 2 for every neighbour n of 0.
 */
function nearestPoints(group) {
  const steps = group.neighbours.map((point) => {
    const [x, y] = onPage(group, point);
    return { point, x, y, bound: (x * x + y * y) / 2 + 1e-9 };
  });
  let [u, v, px, py] = [0, 0, 0, 0];
  return (x, y) => {
    for (let walking = true; walking; ) {
      walking = false;
      for (const step of steps) {
        if ((x - px) * step.x + (y - py) * step.y > step.bound) {
          u += step.point[0];
          v += step.point[1];
          [px, py] = onPage(group, [u, v]);
          walking = true;
        }
      }
    }
    return [u, v];
  };
}

/** Return how far the cells of some points reach from the origin of the page. */
function reach(group, points) {
  const cell = Math.max(...group.cell.map(([x, y]) => Math.hypot(x, y)));
  return cell + Math.max(...points.map((point) => Math.hypot(...onPage(group, point))));
}

/** Return half the side of the least square about the origin that holds the cells of points. */
function halfWidth(group, points) {
  const most = (places) => Math.max(...places.flat().map(Math.abs));
  return most(group.cell) + most(points.map((point) => onPage(group, point)));
}

const POINT_KEY = 2 ** 20;

/** Return which value each pixel of a square about the origin shows, −1 for none. */
function makeRaster(group, points, valueOf, size, radius) {
  const shown = new Map(points.map((p) => [p[0] * POINT_KEY + p[1], valueOf(p)]));
  const raster = new Int32Array(size * size);
  const nearest = nearestPoints(group);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const x = ((2 * column + 1) / size - 1) * radius;
      const y = (1 - (2 * row + 1) / size) * radius;
      const [u, v] = nearest(x, y);
      raster[row * size + column] = shown.get(u * POINT_KEY + v) ?? -1;
    }
  }
  return raster;
}

const torusRasters = new WeakMap();

/** Return the raster of the whole torus, kept for the next time. */
function torusRaster(group, size, radius = reach(group, group.points)) {
  if (!torusRasters.has(group)) torusRasters.set(group, new Map());
  const known = torusRasters.get(group);
  const key = `${size} ${radius}`;
  if (!known.has(key)) {
    const valueOf = (point) => torusIndex(group.side, ...point);
    known.set(key, makeRaster(group, group.points, valueOf, size, radius));
  }
  return known.get(key);
}

/** Return 256 colours between some, as the 32-bit pixels of a canvas. */
function ramp(colours) {
  const stops = colours.map((colour) =>
    [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16)),
  );
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const at = (i / 255) * (stops.length - 1);
    const first = Math.min(Math.floor(at), stops.length - 2);
    const [red, green, blue] = stops[first].map((from, channel) =>
      Math.round(from + (at - first) * (stops[first + 1][channel] - from)),
    );
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
}

const GREY = ramp(["#000000", "#ffffff"]);
const SIGNED = {
  light: ramp(["#123a6b", "#4d8fc6", "#f4f2ec", "#e08a56", "#8f2415"]),
  dark: ramp(["#a9d6f7", "#2f6ea8", "#24272d", "#b65a2c", "#ffc09f"]),
};

/** Return the colours of signed values, blue below 0 and red above, for the present scheme. */
function signedColours() {
  return matchMedia("(prefers-color-scheme: dark)").matches ? SIGNED.dark : SIGNED.light;
}

/** Return the colour number of a value between two others. */
function shade(value, low, high) {
  return Math.max(0, Math.min(255, Math.round(((value - low) / (high - low)) * 255)));
}

/** Return a pixel's colour as CSS has it. */
function cssColour(pixel) {
  return `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;
}

/** Write the cells of a raster into an image, its upper left corner at (left, top). */
function paint(image, raster, size, left, top, values, low, high, colours) {
  const pixels = new Uint32Array(image.data.buffer);
  const shades = Float64Array.from(values, (value) => colours[shade(value, low, high)]);
  for (let row = 0; row < size; row++) {
    const y = top + row;
    if (y < 0 || y >= image.height) continue;
    for (let column = 0; column < size; column++) {
      const x = left + column;
      const number = raster[row * size + column];
      if (number >= 0 && x >= 0 && x < image.width) pixels[y * image.width + x] = shades[number];
    }
  }
}

/** Draw one array on a square canvas of its own, which reaches to a radius of the page. */
function drawTorus(canvas, group, values, low, high, colours, radius) {
  const size = canvas.width;
  const context = canvas.getContext("2d");
  const image = context.createImageData(size, size);
  paint(image, torusRaster(group, size, radius), size, 0, 0, values, low, high, colours);
  context.putImageData(image, 0, 0);
}

/** Give a square canvas as many pixels as the screen has there. */
function fitCanvas(canvas, cssSize) {
  const size = Math.max(8, Math.round(cssSize * Math.min(devicePixelRatio || 1, 2)));
  if (canvas.width !== size || canvas.height !== size) canvas.width = canvas.height = size;
}
