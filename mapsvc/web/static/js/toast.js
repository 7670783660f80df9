// Short messages at the bottom of the page. Text is set with textContent only.

const box = () => document.querySelector(".toasts");

/**
 * Shows one line; undo, when given, is called on a tap within the time.
 * @param {string} text
 * @param {{undo?: () => void, seconds?: number}} options
 * @returns {HTMLElement} the toast, to be removed earlier by whoever asked for it
 */
export function showToast(text, { undo, seconds = 10 } = {}) {
  const toast = document.createElement("div");
  toast.className = "toast";
  const line = document.createElement("span");
  line.textContent = text;
  toast.append(line);
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = undo ? box().dataset.undo : box().dataset.close;
  button.addEventListener("click", () => {
    toast.remove();
    if (undo) undo();
  });
  toast.append(button);
  box().replaceChildren(toast);

  // The time stops while somebody reads or is about to tap.
  let timer = setTimeout(() => toast.remove(), seconds * 1000);
  const hold = () => clearTimeout(timer);
  const go = () => { timer = setTimeout(() => toast.remove(), seconds * 1000); };
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("pointerleave", go);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("focusout", go);
  return toast;
}
