// The matrix with less waiting: a chosen cell changes the panels in place, and the arrows walk from cell to cell.
//
// Without this every cell is a link to the same page with the pair in its address.

const CELL = "a[data-cell]";

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(`[data-match] ${CELL}, [data-match] a[data-swap]`);
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  show(link.href, true, link.matches(CELL) ? link.getAttribute("href") : null);
});

window.addEventListener("popstate", () => {
  if (document.querySelector("[data-match]")) show(location.href, false, null);
});

async function show(address, push, cell) {
  const box = document.querySelector("[data-match]");
  box.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // Whatever went wrong, the page itself says it better.
    location.assign(address);
    return;
  }
  box.removeAttribute("aria-busy");
  if (push) history.pushState(null, "", address);
  if (cell) document.querySelector(`${CELL}[aria-current]`)?.focus({ preventScroll: true });
}

function swap(page) {
  for (const part of document.querySelectorAll("[data-part]")) {
    const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
    if (fresh) part.replaceWith(document.importNode(fresh, true));
  }
  rove();
  document.dispatchEvent(new CustomEvent("match:drawn"));
}

// One stop of the Tab key for the whole matrix; the arrows do the rest.
function rove() {
  const cells = [...document.querySelectorAll(`[data-matrix] ${CELL}`)];
  const first = cells.find((one) => one.hasAttribute("aria-current")) ?? cells[0];
  for (const one of cells) one.tabIndex = one === first ? 0 : -1;
}

document.addEventListener("keydown", (event) => {
  const cell = event.target.closest?.(`[data-matrix] ${CELL}`);
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  if (!cell || !step) return;
  const row = cell.closest("tr");
  const rows = [...row.parentElement.rows];
  const column = [...row.cells].indexOf(cell.closest("td")) + step[1];
  const next = rows[rows.indexOf(row) + step[0]]?.cells[column]?.querySelector(CELL);
  if (!next) return;
  event.preventDefault();
  cell.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
});

rove();
