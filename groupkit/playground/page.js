"use strict";

/*
 * What the visitor has chosen, and what follows from it.  `state` is the only thing that changes;
 * `compute` goes from it to feature maps, `render` from there to the page.
 */

const GROUPS = JSON.parse(document.getElementById("groups").textContent);
const element = (id) => document.getElementById(id);
const motionless = () => ({ t: [0, 0], s: state.group.identity });

const state = {
  group: GROUPS[0],
  image: null, // as chosen, before it is moved
  bitmap: null, // the visitor's own picture, for other groups
  move: { t: [0, 0], s: 0 },
  layers: "lifting",
  window: null,
  weights: {}, // of "lifting" and "second", drawn or preset
  presets: { lifting: "edge", second: "meeting" },
  type: null,
  pooling: "max",
  broken: false,
};

/** Return the index arrays; broken ones have the filter unturned in every patch. */
function banks() {
  const { lifting, regular } = state.window;
  if (!state.broken) return { lifting, regular };
  const unturned = (index) => index.map(() => index[state.group.identity]);
  return { lifting: unturned(lifting), regular: unturned(regular) };
}

/** Return the feature map of an image: the layers that are chosen, then coset pooling. */
function network(image) {
  const { group, window, weights } = state;
  const { lifting, regular } = banks();
  let f = correlate(group, window.points, lifting, weights.lifting, image);
  if (state.layers === "second") {
    f = correlate(group, window.points, regular, weights.second, relu(f));
  }
  return poolCosets(group, state.type, f, state.pooling);
}

let result = null;

/** Compute both ways round the square: L_g then Φ, Φ then L_g. */
function compute() {
  const { group, type, move } = state;
  const moved = act(group, planarType(group), move, state.image);
  const transformedFirst = network(moved);
  const convolvedFirst = act(group, type, move, network(state.image));
  const difference = subtract(transformedFirst, convolvedFirst);
  result = { moved, transformedFirst, convolvedFirst, difference, error: largest(difference) };
}

const patches = makePatches(element("patches"), element("legend"), (patch, x) => {
  const { group, type } = state;
  const value = result.transformedFirst[patch * group.side ** 2 + x];
  const names = type.cosets[patch].map((s) => group.elements[s].label).join(", ");
  const cell = shortest(group.side, [Math.floor(x / group.side), x % group.side]);
  element("value").textContent = `patch ${names}, cell (${cell.join(", ")}): ${formatted(value)}`;
});

const editor = makeEditor(
  element("editor"),
  () => Number(element("pen").value),
  (parameter, value) => {
    state.weights[state.layers][parameter] = value;
    state.presets[state.layers] = "drawn";
    element("filter").value = "drawn";
    update();
  },
);

/** Return a group element in words: "(3, −1) r²". */
function named({ t, s }) {
  const [u, v] = shortest(state.group.side, t);
  const parts = u || v ? [`(${u}, ${v})`.replaceAll("-", "−")] : [];
  if (s !== state.group.identity || !parts.length) parts.push(state.group.elements[s].label);
  return parts.join(" ");
}

/** Draw the image, the feature map and the check. */
function render() {
  const { group, type } = state;
  const most = largest(result.transformedFirst) || 1;
  const half = halfWidth(group, group.points);
  drawTorus(element("image"), group, result.moved, 0, 1, GREY, half);
  patches.paint(result.transformedFirst, most);
  drawSmall(element("transformed-first"), group, type, result.transformedFirst, most);
  drawSmall(element("convolved-first"), group, type, result.convolvedFirst, most);
  drawSmall(element("difference"), group, type, result.difference, most);
  const moved = state.move.s !== group.identity || state.move.t.some(Boolean);
  const verdict = element("verdict");
  verdict.className = result.error === 0 ? "good" : "bad";
  verdict.textContent = !moved
    ? "Nothing is moved yet: turn the image, or drag it."
    : result.error === 0
      ? `✓ Largest difference for g = ${named(state.move)}: 0, exactly.`
      : `✗ Largest difference for g = ${named(state.move)}: ${formatted(result.error)}. These ` +
        "layers are not equivariant.";
  if (!moved && result.error === 0) verdict.className = "";
  for (const [id, what] of [
    ["transformed-first", "Feature map of the moved image"],
    ["convolved-first", "Moved feature map of the image"],
    ["difference", `Difference of the two, at most ${formatted(result.error)}`],
  ]) {
    element(id).setAttribute("aria-label", what);
  }
  element("image-place").textContent = moved
    ? `The image is moved by g = ${named(state.move)}.`
    : "The image is where it was.";
}

/** Compute and draw again. */
function update() {
  patches.settle();
  compute();
  showIcons();
  render();
  element("caption").textContent = caption();
  element("python").textContent = pythonCode();
}

/** Show the filter of each patch where there is one: after lifting, before pooling. */
function showIcons() {
  const { group, layers, type, window } = state;
  const one = layers === "lifting" && type.cosets.length === group.elements.length;
  const rows = banks().lifting.map(([numbers]) =>
    numbers.map((number) => state.weights.lifting[number]),
  );
  patches.icons(window, one ? rows : null);
}

/** Return what one sees, in a few words. */
function caption() {
  const { group, layers, type, pooling } = state;
  const order = group.elements.length;
  if (order === 1) return "Translations alone: one patch, an ordinary convolution.";
  const pooled = type.cosets.length < order;
  const first =
    layers === "lifting"
      ? `The filter meets the image in ${order} positions, one for each patch.`
      : `The second filter reads all ${order} patches of the first layer, and is moved as a whole: ` +
        "its windows turn and change places.";
  if (pooled && type.cosets.length === 1) {
    const what = pooling === "max" ? "maximum" : "mean";
    return `${first} The ${what} over all of them is a function on the lattice: where the image ` +
      "turns, it turns.";
  }
  const last = pooled ? `Each coset sH keeps its ${pooling === "max" ? "maximum" : "mean"}. ` : "";
  const moving = group.generators.filter(({ motion }) => motion !== "internal");
  if (!moving.length) return `${first} ${last}`;
  const { name, motion } = moving.at(-1);
  const turns = motion === "mirror" ? "is mirrored" : "turns";
  return `${first} ${last}Press ${name}: each patch travels along its arrow and ${turns} with the ` +
    "image, and lands on what is computed from the moved image.";
}

/** Return the program that computes the feature map shown. */
function pythonCode() {
  const { group, layers, pooling, type, weights, window } = state;
  const list = (values) => `[${Array.from(values, (value) => String(value)).join(", ")}]`;
  const same = `${window.kernel}, padding=${window.padding}, padding_mode="circular", bias=False`;
  const modules = [`L.LiftingConv(1, 1, ${same})`];
  const assign = [`network[0].weight.data[0, 0] = torch.tensor(${list(weights.lifting)})`];
  if (layers === "second") {
    modules.push("torch.nn.ReLU()", `L.GroupConv(1, 1, ${same})`);
    assign.push(`network[2].weight.data[0, 0] = torch.tensor(${list(weights.second)})`);
  }
  if (type.cosets.length < group.elements.length) {
    modules.push(`L.CosetPool("${pooling}", subgroup=${list(type.members)})`);
  }
  return [
    "import torch",
    "",
    "import groupkit as gk",
    "import groupkit_torch as gt",
    "",
    `group = ${group.declaration}`,
    "L = gt.layers(group)",
    "network = torch.nn.Sequential(",
    ...modules.map((module) => `    ${module},`),
    ")",
    ...assign,
    `# for an image x of shape [1, 1, ${group.side}, ${group.side}], its index 0 in the middle`,
    "# of the picture: network(x)",
  ].join("\n");
}

/** Tell those who cannot see it what has happened. */
function announce(text) {
  element("status").textContent = text;
}

/** Move the image by an element: L_a of what is shown. */
function moveBy(a) {
  const turned = a.s !== state.group.identity;
  patches.settle();
  state.move = compose(state.group, a, state.move);
  compute();
  if (turned) patches.carry(a.s, [element("image")], render);
  else render();
}

/** Make the buttons of the generators, and of their inverses where these are others. */
function showMoves() {
  const { group } = state;
  const buttons = group.generators.flatMap(({ name, element: a, motion }) => {
    const back = group.inverses[a];
    const turn = group.elements[a].page[1][0] > -1e-9 ? ["↺", "↻"] : ["↻", "↺"];
    const choices = [[a, name, motion.startsWith("turn") ? turn[0] : "⇋"]];
    if (back !== a) choices.push([back, `${name}⁻¹`, turn[1]]);
    return choices.map(([s, label, sign]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.element = s;
      button.textContent = `${sign} ${label}`;
      button.setAttribute("aria-label", `${label}: ${motion}${s === a ? "" : " back"}`);
      button.title = button.getAttribute("aria-label");
      button.addEventListener("click", () => {
        moveBy({ t: [0, 0], s });
        announce(`Moved by ${label}. ${element("verdict").textContent}`);
      });
      return button;
    });
  });
  const reset = document.createElement("button");
  reset.type = "button";
  reset.id = "reset";
  reset.textContent = "put back";
  reset.addEventListener("click", putBack);
  element("moves").replaceChildren(...buttons, reset);
}

function putBack() {
  state.move = motionless();
  update();
  announce("The image is where it was.");
}

/** Fill a select with [value, text] pairs. */
function fill(select, options, value) {
  select.replaceChildren(...options.map(([own, text]) => new Option(text, own)));
  select.value = value;
}

/** Take the weights of the chosen presets; drawn ones stay. */
function takePresets() {
  for (const layer of ["lifting", "second"]) {
    if (state.presets[layer] === "drawn") continue;
    state.weights[layer] = makeFilter(state.group, state.window, layer, state.presets[layer]);
  }
}

/** Show the filter of the last layer in the editor. */
function showFilter() {
  const { group, layers, presets, weights, window } = state;
  const known = layers === "lifting" ? LIFTING_FILTERS : SECOND_FILTERS;
  fill(element("filter"), [...Object.entries(known), ["drawn", "your own"]], presets[layers]);
  editor.show(group, window, layers, weights[layers]);
}

/** Draw the chosen picture on the lattice. */
function takePicture() {
  const name = element("picture").value;
  for (const part of document.querySelectorAll(".only-letter")) part.hidden = name !== "letter";
  state.image =
    name === "file"
      ? fromBitmap(state.group, state.bitmap)
      : makePicture(state.group, name, element("letter").value || "R");
}

/** Show another group: all that depends on it is made anew. */
function takeGroup(group) {
  patches.settle();
  state.group = group;
  state.move = motionless();
  const order = group.elements.length;
  const layout = order === 1 ? "one patch" : `${order} patches`;
  element("about").textContent = `${layout}, ${group.lattice} lattice`;
  fill(element("window"), group.windows.map(({ name }, i) => [i, name]), 0);
  state.window = group.windows[0];
  for (const [layer, preset] of [["lifting", "edge"], ["second", "meeting"]]) {
    if (state.presets[layer] === "drawn") state.presets[layer] = preset; // it had another window
  }
  takePresets();
  fill(
    element("subgroup"),
    group.types.map(({ label, cosets, members }, number) => {
      const count = `${cosets.length} patch${cosets.length > 1 ? "es" : ""}`;
      if (number === 0) return [0, "{e}: no pooling"];
      return [number, `${members.length === group.elements.length ? "S" : label}: ${count}`];
    }),
    0,
  );
  state.type = group.types[0];
  fitCanvas(element("image"), element("image").clientWidth || 300);
  takePicture();
  showMoves();
  showFilter();
  patches.show(group, state.type);
  update();
}

/** Read the visitor's own file. */
async function takeFile(file) {
  if (!file) return;
  try {
    state.bitmap = await createImageBitmap(file);
  } catch {
    announce(`${file.name} is no image that this browser reads; choose a PNG or JPEG file.`);
    element("image-place").textContent = element("status").textContent;
    return;
  }
  if (![...element("picture").options].some(({ value }) => value === "file")) {
    element("picture").add(new Option("your own", "file"));
  }
  element("picture").value = "file";
  takePicture();
  update();
  announce(`Showing ${file.name}.`);
}

/** Let the pointer drag the image from lattice point to lattice point. */
function makeDraggable(canvas) {
  let held = null; // where it was taken, and the translation then
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    patches.settle();
    canvas.setPointerCapture(event.pointerId);
    held = { x: event.clientX, y: event.clientY, t: state.move.t };
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!held) return;
    const { group } = state;
    const unit = canvas.clientWidth / 2 / halfWidth(group, group.points);
    const step = [(event.clientX - held.x) / unit, (held.y - event.clientY) / unit];
    const moved = nearestPoints(group)(...step);
    const t = held.t.map((x, axis) => modulo(x + moved[axis], group.side));
    if (t.some((x, axis) => x !== state.move.t[axis])) {
      state.move = { t, s: state.move.s };
      compute();
      render();
    }
  });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, () => {
      if (held) announce(element("verdict").textContent);
      held = null;
    });
  }
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Home") putBack();
    else if (event.key in DIRECTIONS) {
      moveBy({ t: stepToward(DIRECTIONS[event.key]), s: state.group.identity });
      announce(element("image-place").textContent);
    } else return;
    event.preventDefault();
  });
}

/** Return the neighbour of 0 that lies most in a direction of the page. */
function stepToward([x, y]) {
  const cosine = (point) => {
    const [px, py] = onPage(state.group, point);
    return (px * x + py * y) / Math.hypot(px, py);
  };
  return state.group.neighbours.reduce((best, point) =>
    cosine(point) > cosine(best) + 1e-9 ? point : best,
  );
}

function showPen() {
  const value = Number(element("pen").value);
  element("pen-value").textContent = formatted(value);
  element("pen-value").style.borderColor = cssColour(signedColours()[shade(value, -1, 1)]);
}

function listen() {
  element("group").addEventListener("change", (event) => takeGroup(GROUPS[event.target.value]));
  element("picture").addEventListener("change", () => {
    takePicture();
    update();
  });
  element("letter").addEventListener("input", () => {
    takePicture();
    update();
  });
  element("file").addEventListener("change", (event) => takeFile(event.target.files[0]));
  element("filter").addEventListener("change", (event) => {
    state.presets[state.layers] = event.target.value;
    takePresets();
    showFilter();
    update();
  });
  element("window").addEventListener("change", (event) => {
    state.window = state.group.windows[event.target.value];
    for (const [layer, preset] of [["lifting", "edge"], ["second", "meeting"]]) {
      if (state.presets[layer] === "drawn") state.presets[layer] = preset;
    }
    takePresets();
    showFilter();
    update();
  });
  element("pen").addEventListener("input", showPen);
  for (const radio of document.querySelectorAll("[name=layers]")) {
    radio.addEventListener("change", () => {
      state.layers = radio.value;
      showFilter();
      update();
    });
  }
  element("subgroup").addEventListener("change", (event) => {
    state.type = state.group.types[event.target.value];
    patches.show(state.group, state.type);
    update();
  });
  element("pooling").addEventListener("change", (event) => {
    state.pooling = event.target.value;
    update();
  });
  element("broken").addEventListener("change", (event) => {
    state.broken = event.target.checked;
    update();
    announce(element("verdict").textContent);
  });
  addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  addEventListener("dragleave", () => document.body.classList.remove("dropping"));
  addEventListener("drop", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    document.body.classList.remove("dropping");
    takeFile(event.dataTransfer.files[0]);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    editor.recolour();
    showPen();
    update();
  });
  addEventListener("hashchange", takeHash);
  new ResizeObserver(() => {
    fitCanvas(element("image"), element("image").clientWidth || 300);
    patches.resize();
    render();
  }).observe(document.querySelector("main"));
}

/** Show the group that the address names after "#", if the page has it. */
function takeHash() {
  const number = GROUPS.findIndex(({ name }) =>
    [`#${name}`, `#${encodeURIComponent(name)}`].includes(location.hash),
  );
  if (number < 0 || GROUPS[number] === state.group) return;
  element("group").value = number;
  takeGroup(GROUPS[number]);
}

fill(element("group"), GROUPS.map(({ name }, number) => [number, name]), 0);
fill(element("picture"), Object.entries(PICTURES), "letter");
showPen();
makeDraggable(element("image"));
takeGroup(GROUPS[0]);
takeHash();
listen();

/** For the console, and for tests: what is shown, as plain numbers. */
globalThis.playground = {
  snapshot: () => ({
    group: state.group.name,
    window: state.window.points,
    layers: state.layers,
    members: state.type.members,
    pooling: state.pooling,
    move: state.move,
    image: Array.from(state.image),
    moved: Array.from(result.moved),
    lifting: Array.from(state.weights.lifting),
    second: Array.from(state.weights.second),
    features: Array.from(result.transformedFirst),
    movedFeatures: Array.from(result.convolvedFirst),
    error: result.error,
  }),
};
