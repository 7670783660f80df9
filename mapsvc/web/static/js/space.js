// After a one-tap answer the page shows what follows from it: status and evidence are taken anew from the service.

document.addEventListener("answer", async () => {
  const response = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } });
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = (root, name) => root.querySelector(`[data-fresh="${name}"]`);
  // The buttons keep their place and focus: of the first card only the status line changes.
  fresh(document, "status")?.querySelector(".status")?.replaceWith(fresh(page, "status").querySelector(".status"));
  fresh(document, "how")?.replaceWith(fresh(page, "how"));
});
