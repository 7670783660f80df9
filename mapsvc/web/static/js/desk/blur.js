// The brush: what is painted is kept as shares of the picture and shown as large squares, as the server will save it.
//
// Strokes come from pointer, finger or pen; rectangles are elements that take the focus and obey the keyboard. Undo takes the
// last of both away. Only the numbers travel: the server paints the file itself.

const form = document.querySelector("[data-blur]");
const stage = form.querySelector("[data-stage]");
const picture = form.querySelector("[data-picture]");
const canvas = form.querySelector("[data-canvas]");
const brush = form.querySelector("[data-brush]");
const status = form.querySelector("[data-status]");
const SQUARES = 28; // as in exchange/blurs.py
const STEP = 0.01;
const LEAST = 0.02;
let marks = [];
let squares = null;
let painting = null;

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const round = (value) => Math.round(value * 10000) / 10000;

function prepare() {
  canvas.width = picture.naturalWidth;
  canvas.height = picture.naturalHeight;
  const square = Math.max(12, Math.floor(Math.max(canvas.width, canvas.height) / SQUARES));
  const small = document.createElement("canvas");
  small.width = Math.max(1, Math.floor(canvas.width / square));
  small.height = Math.max(1, Math.floor(canvas.height / square));
  small.getContext("2d").drawImage(picture, 0, 0, small.width, small.height);
  squares = document.createElement("canvas");
  squares.width = canvas.width;
  squares.height = canvas.height;
  const large = squares.getContext("2d");
  large.imageSmoothingEnabled = false;
  large.drawImage(small, 0, 0, canvas.width, canvas.height);
  restore();
  draw();
  stage.dataset.ready = "";
}

// What was sent before comes back with the page when it could not be saved.
function restore() {
  try {
    const sent = JSON.parse(form.elements.marks.value || "{}");
    for (const stroke of sent.strokes ?? []) marks.push({ stroke });
    for (const box of sent.boxes ?? []) addBox(box, { focus: false });
  } catch {
    marks = [];
  }
}

function draw() {
  const pen = canvas.getContext("2d");
  const longer = Math.max(canvas.width, canvas.height);
  pen.globalCompositeOperation = "source-over";
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.lineCap = pen.lineJoin = "round";
  for (const { stroke, box } of marks) {
    if (box) {
      pen.fillRect(box.x * canvas.width, box.y * canvas.height, box.width * canvas.width, box.height * canvas.height);
      continue;
    }
    pen.lineWidth = 2 * stroke.radius * longer;
    pen.beginPath();
    stroke.points.forEach(([x, y], place) => pen[place ? "lineTo" : "moveTo"](x * canvas.width, y * canvas.height));
    const [x, y] = stroke.points[0];
    if (stroke.points.length === 1) pen.lineTo(x * canvas.width + 0.01, y * canvas.height);
    pen.stroke();
  }
  pen.globalCompositeOperation = "source-in";
  pen.drawImage(squares, 0, 0);
  tell();
}

function tell() {
  const none = marks.length === 0;
  for (const name of ["undo", "clear", "save"]) form.querySelector(`[data-${name}]`).disabled = none;
  const words = none ? form.dataset.countNone : form.dataset.count.replace("%(number)s", String(marks.length));
  if (status.textContent !== words) status.textContent = words;
  form.elements.marks.value = JSON.stringify({
    strokes: marks.filter((mark) => mark.stroke).map((mark) => mark.stroke),
    boxes: marks.filter((mark) => mark.box).map((mark) => mark.box),
  });
}

function at(event) {
  const seen = canvas.getBoundingClientRect();
  return [
    round(clamp((event.clientX - seen.left) / seen.width, 0, 1)),
    round(clamp((event.clientY - seen.top) / seen.height, 0, 1)),
  ];
}

canvas.addEventListener("pointerdown", (event) => {
  if (event.button || painting || !squares) return;
  event.preventDefault();
  canvas.setPointerCapture(event.pointerId);
  painting = { pointer: event.pointerId, stroke: { radius: Number(brush.value), points: [at(event)] } };
  marks.push({ stroke: painting.stroke });
  draw();
});

canvas.addEventListener("pointermove", (event) => {
  if (painting?.pointer !== event.pointerId) return;
  const point = at(event);
  const [x, y] = painting.stroke.points.at(-1);
  // Points closer than a quarter of the brush change nothing that can be seen.
  if (Math.hypot(point[0] - x, point[1] - y) < painting.stroke.radius / 4) return;
  painting.stroke.points.push(point);
  draw();
});

for (const name of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(name, (event) => {
    if (painting?.pointer === event.pointerId) painting = null;
  });
}

function addBox(box = { x: 0.4, y: 0.4, width: 0.2, height: 0.2 }, { focus = true } = {}) {
  const frame = document.createElement("div");
  frame.className = "blur-box";
  frame.tabIndex = 0;
  frame.setAttribute("role", "group");
  const number = marks.filter((mark) => mark.box).length + 1;
  frame.setAttribute("aria-label", form.dataset.box.replace("%(number)s", String(number)));
  const mark = { box, frame };
  marks.push(mark);
  stage.append(frame);
  place(mark);
  frame.addEventListener("keydown", (event) => press(event, mark));
  frame.addEventListener("pointerdown", (event) => drag(event, mark));
  if (focus) frame.focus();
}

function place({ box, frame }) {
  for (const [name, value] of [["left", box.x], ["top", box.y], ["width", box.width], ["height", box.height]]) {
    frame.style[name] = `${value * 100}%`;
  }
}

function move(mark, across, down, size) {
  const box = mark.box;
  if (size) {
    box.width = round(clamp(box.width + across, LEAST, 1 - box.x));
    box.height = round(clamp(box.height + down, LEAST, 1 - box.y));
  } else {
    box.x = round(clamp(box.x + across, 0, 1 - box.width));
    box.y = round(clamp(box.y + down, 0, 1 - box.height));
  }
  place(mark);
  draw();
}

function press(event, mark) {
  const ways = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
  const way = ways[event.key];
  if (way) move(mark, ...way, event.shiftKey);
  else if (event.key === "Delete" || event.key === "Backspace") remove(mark, true);
  else return;
  event.preventDefault();
}

// The lower right corner of a rectangle changes its size, the rest of it moves it.
function drag(event, mark) {
  if (event.button) return;
  event.preventDefault();
  mark.frame.focus();
  mark.frame.setPointerCapture(event.pointerId);
  const seen = mark.frame.getBoundingClientRect();
  const size = event.clientX > seen.right - 22 && event.clientY > seen.bottom - 22;
  let last = at(event);
  const follow = (moved) => {
    const now = at(moved);
    move(mark, now[0] - last[0], now[1] - last[1], size);
    last = now;
  };
  mark.frame.addEventListener("pointermove", follow);
  mark.frame.addEventListener("lostpointercapture", () => mark.frame.removeEventListener("pointermove", follow), { once: true });
}

function remove(mark, focus = false) {
  marks = marks.filter((other) => other !== mark);
  mark.frame?.remove();
  draw();
  if (focus) form.querySelector("[data-add]").focus();
}

form.querySelector("[data-add]").addEventListener("click", () => {
  addBox();
  draw();
});
form.querySelector("[data-undo]").addEventListener("click", () => {
  const last = marks.at(-1);
  if (last) remove(last);
});
form.querySelector("[data-clear]").addEventListener("click", () => {
  for (const mark of [...marks]) remove(mark);
});

if (picture.complete && picture.naturalWidth) prepare();
else picture.addEventListener("load", prepare, { once: true });
