// The register: a marker opens its row's record on the second tap, as the row itself does.

let selected = null;

document.addEventListener("mapsvc:select", ({ detail }) => {
  if (detail.by === "map" && detail.id === selected) {
    const link = document.querySelector(`tr[data-place="${CSS.escape(detail.id)}"] a`);
    if (link) location.assign(link.href);
  }
  selected = detail.id;
});
