// After a one-tap answer the page shows what follows from it: status and evidence are taken anew from the service.

import "./looks.js";

document.addEventListener("answer", async (event) => {
  // An answer in the list of other places changes nothing here.
  if (event.target.closest("[data-look-item]")) return;
  const main = document.querySelector("main");
  main.setAttribute("aria-busy", "true");
  try {
    await renew(event.detail);
  } finally {
    main.removeAttribute("aria-busy");
  }
});

async function renew(answer) {
  const address = new URL(location.href);
  const answered = answer.undo?.split("/")[2];
  if (answered) address.searchParams.set("answered", answered);
  else address.searchParams.delete("answered");
  const response = await fetch(address, { headers: { Accept: "text/html" } });
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = (root, name) => root.querySelector(`[data-fresh="${name}"]`);
  // The buttons keep their place and focus: of the first card only the status line changes.
  fresh(document, "status")?.querySelector(".status")?.replaceWith(fresh(page, "status").querySelector(".status"));
  for (const name of ["how", "looks"]) fresh(document, name)?.replaceWith(fresh(page, name));
}
