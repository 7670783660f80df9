// Dialogs and menus. A menu is a <details class="menu">, so that it also opens without this file.

/** Opens <dialog id> and gives the focus back to where it came from. */
export function openDialog(id) {
  const dialog = document.getElementById(id);
  const origin = document.activeElement;
  dialog.addEventListener("close", () => origin?.focus(), { once: true });
  dialog.showModal();
  return dialog;
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) openDialog(opener.dataset.dialog);
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  // A tap on the backdrop hits the dialog itself, never something inside it.
  if (event.target instanceof HTMLDialogElement && event.target.open) {
    const edge = event.target.getBoundingClientRect();
    const inside = event.clientX >= edge.left && event.clientX <= edge.right && event.clientY >= edge.top && event.clientY <= edge.bottom;
    if (!inside) event.target.close();
  }
  closeMenus(event.target.closest("details.menu"));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
