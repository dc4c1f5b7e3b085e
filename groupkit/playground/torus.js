"use strict";

/*
 * Functions on the torus Z²/nZ² and on G/H over it, and the layers between them.
 *
 * A function on G/H is a Float64Array of |S/H| n² values, coset by coset, row by row, as the
 * library stores it; index 0 is the origin about which S acts.  Images and filters hold multiples
 * of small powers of two: no sum below is ever rounded.
 */

/** Return a modulo n, never negative. */
function modulo(a, n) {
  return ((a % n) + n) % n;
}

/** Return the place of a lattice point in an array of the torus. */
function torusIndex(side, u, v) {
  return modulo(u, side) * side + modulo(v, side);
}

/** Return M x for an integer matrix. */
function multiply(matrix, [u, v]) {
  return [matrix[0][0] * u + matrix[0][1] * v, matrix[1][0] * u + matrix[1][1] * v];
}

/** Return the feature type of functions on the lattice: G/H for H = S. */
function planarType(group) {
  return group.types[group.types.length - 1];
}

/** Return (t, s)(t', s') = (t + M(s) t', s s'), the translation taken modulo n. */
function compose(group, first, second) {
  const moved = multiply(group.elements[first.s].matrix, second.t);
  const t = moved.map((x, axis) => modulo(first.t[axis] + x, group.side));
  return { t, s: group.cayley[first.s][second.s] };
}

/** Return the translation with coordinates about 0, for people. */
function shortest(side, t) {
  return t.map((x) => (2 * x > side ? x - side : x));
}

/** Return L_g f: (L_(t,s) f)(cH, x) = f(s⁻¹cH, M(s)⁻¹(x − t)). */
function act(group, type, g, f) {
  const n = group.side;
  const inverse = group.inverses[g.s];
  const matrix = group.elements[inverse].matrix;
  const source = new Int32Array(n * n);
  for (let u = 0; u < n; u++) {
    for (let v = 0; v < n; v++) {
      source[u * n + v] = torusIndex(n, ...multiply(matrix, [u - g.t[0], v - g.t[1]]));
    }
  }
  const moved = new Float64Array(f.length);
  type.cosets.forEach((_, coset) => {
    const from = type.action[inverse][coset] * n * n;
    for (let x = 0; x < n * n; x++) moved[coset * n * n + x] = f[from + source[x]];
  });
  return moved;
}

/** Return y[s', x] = Σ_s Σ_w weight[index[s'][s][w]] f[s, x + w], w over the window's points. */
function correlate(group, points, index, weight, f) {
  const n = group.side;
  const places = points.map(([du, dv]) => {
    const place = new Int32Array(n * n);
    for (let x = 0; x < n * n; x++) {
      place[x] = torusIndex(n, Math.floor(x / n) + du, (x % n) + dv);
    }
    return place;
  });
  const result = new Float64Array(index.length * n * n);
  index.forEach((row, out) => {
    const sums = result.subarray(out * n * n, (out + 1) * n * n);
    row.forEach((numbers, input) => {
      const values = f.subarray(input * n * n, (input + 1) * n * n);
      numbers.forEach((number, w) => {
        const factor = weight[number];
        if (factor === 0) return;
        const place = places[w];
        for (let x = 0; x < n * n; x++) sums[x] += factor * values[place[x]];
      });
    });
  });
  return result;
}

/** Return max(f, 0). */
function relu(f) {
  return f.map((value) => Math.max(value, 0));
}

/** Return the function on G/H whose value at sH is the maximum, or mean, over the coset. */
function poolCosets(group, type, f, how) {
  const size = group.side * group.side;
  const result = new Float64Array(type.cosets.length * size);
  type.cosets.forEach((members, coset) => {
    const pooled = result.subarray(coset * size, (coset + 1) * size);
    members.forEach((s, number) => {
      for (let x = 0; x < size; x++) {
        const value = f[s * size + x];
        if (number === 0) pooled[x] = value;
        else pooled[x] = how === "max" ? Math.max(pooled[x], value) : pooled[x] + value;
      }
    });
    if (how === "mean") {
      for (let x = 0; x < size; x++) pooled[x] /= members.length;
    }
  });
  return result;
}

/** Return f − g. */
function subtract(f, g) {
  return f.map((value, i) => value - g[i]);
}

/** Return max |f|. */
function largest(f) {
  return f.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
