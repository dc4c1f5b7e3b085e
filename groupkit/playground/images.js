"use strict";

/*
 * Input images: drawings, and the visitor's own files, averaged over the cells of the lattice.
 * Values are multiples of 1/256 from 0, black, to 1, white.
 */

const SAMPLES = 264; // pixels across the drawing that is averaged

/** Each draws white on black, in a circle of radius 1 with y downwards. */
const DRAWINGS = {
  letter(context, text) {
    context.font = "bold 150px sans-serif"; // small sizes are rounded, so draw large and scale
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    context.scale(0.01, 0.01);
    const box = context.measureText(text);
    context.fillText(text, 0, (box.actualBoundingBoxAscent - box.actualBoundingBoxDescent) / 2);
  },
  arrow(context) {
    context.lineWidth = 0.22;
    context.beginPath();
    context.moveTo(-0.65, 0.35);
    context.quadraticCurveTo(-0.3, -0.35, 0.35, -0.2);
    context.stroke();
    context.beginPath();
    context.moveTo(0.75, -0.12);
    context.lineTo(0.22, -0.6);
    context.lineTo(0.14, 0.2);
    context.fill();
  },
  digit(context) {
    DRAWINGS.letter(context, "4");
  },
  face(context) {
    context.lineWidth = 0.1;
    context.beginPath();
    context.arc(0, 0, 0.72, 0, 2 * Math.PI);
    context.stroke();
    context.beginPath();
    context.arc(0, 0.08, 0.42, 0.15, Math.PI - 0.15);
    context.stroke();
    for (const [x, radius] of [[-0.26, 0.1], [0.26, 0.1]]) {
      context.beginPath();
      context.arc(x, -0.22, radius, 0, 2 * Math.PI);
      context.fill();
    }
    context.fillRect(0.08, -0.52, 0.36, 0.1); // one raised eyebrow: no mirror symmetry
  },
  hills(context) {
    const sky = context.createLinearGradient(0, -1, 0, 0.6);
    sky.addColorStop(0, "#333333");
    sky.addColorStop(1, "#bbbbbb");
    context.fillStyle = sky;
    context.fillRect(-9, -9, 18, 18);
    context.fillStyle = "#f4f4f4";
    context.beginPath();
    context.arc(0.35, -0.35, 0.18, 0, 2 * Math.PI);
    context.fill();
    for (const [colour, x, y, width] of [
      ["#777777", -0.35, -0.25, 0.9],
      ["#4a4a4a", 0.45, 0.05, 0.8],
      ["#202020", -0.1, 0.35, 1.3],
    ]) {
      context.fillStyle = colour;
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(x + width, 9);
      context.lineTo(x - width, 9);
      context.fill();
    }
  },
  stripes(context) {
    context.rotate(0.4);
    for (let i = -4; i <= 4; i += 2) context.fillRect(i * 0.16, -0.7, 0.16, 1.4);
  },
};

const PICTURES = {
  letter: "a letter",
  digit: "a digit",
  arrow: "an arrow",
  face: "a face",
  hills: "hills",
  stripes: "stripes",
  point: "one cell",
  noise: "noise",
};

/** Return a preset as an array of the torus. */
function makePicture(group, name, letter) {
  const n = group.side;
  if (name === "point") return Float64Array.from({ length: n * n }, (_, x) => (x === 0 ? 1 : 0));
  if (name === "noise") {
    const next = randomNumbers(7);
    return Float64Array.from({ length: n * n }, () => Math.floor(next() * 257) / 256);
  }
  return sample(group, (context, middle, radius) => {
    context.translate(middle, middle);
    context.scale(radius, radius);
    DRAWINGS[name](context, letter);
  });
}

/** Return a decoded image of the visitor's, cut to cover the torus. */
function fromBitmap(group, bitmap) {
  return sample(group, (context, middle, _, width, height) => {
    const scale = Math.max(width / bitmap.width, height / bitmap.height);
    const [across, down] = [bitmap.width * scale, bitmap.height * scale];
    context.drawImage(bitmap, middle - across / 2, middle - down / 2, across, down);
  });
}

/** Average what a function draws over the cells of the torus. */
function sample(group, draw) {
  const n = group.side;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SAMPLES;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "black";
  context.fillRect(0, 0, SAMPLES, SAMPLES);
  context.fillStyle = context.strokeStyle = "white";
  context.lineCap = "round";
  const half = halfWidth(group, group.points);
  const scale = SAMPLES / 2 / half; // pixels a unit
  const inside = n * Math.min(...group.neighbours.map((p) => Math.hypot(...onPage(group, p)) / 2));
  const corners = group.points.map((point) => onPage(group, point));
  const [width, height] = [0, 1].map(
    (axis) => 2 * scale * Math.max(...corners.map((corner) => Math.abs(corner[axis]) + 0.5)),
  );
  draw(context, SAMPLES / 2, inside * scale, width, height);
  const { data } = context.getImageData(0, 0, SAMPLES, SAMPLES);
  const [sums, counts] = [new Float64Array(n * n), new Float64Array(n * n)];
  torusRaster(group, SAMPLES, half).forEach((number, pixel) => {
    if (number < 0) return;
    const [red, green, blue] = data.subarray(4 * pixel, 4 * pixel + 3);
    sums[number] += (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
    counts[number] += 1;
  });
  return sums.map((sum, x) => Math.round((256 * sum) / Math.max(counts[x], 1)) / 256);
}

/** Return a generator of numbers in [0, 1), the same ones for the same seed (mulberry32). */
function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
