// A typed street moves the map there; the pin stays in the middle and is put right by hand.

const form = document.querySelector("form[data-goto-street]");
const street = form?.elements.namedItem("street");

street?.addEventListener("change", async () => {
  const words = street.value.trim();
  if (words.length < 3) return;
  const here = new URLSearchParams({ q: words, lon: form.elements.lon.value, lat: form.elements.lat.value });
  const answer = await fetch(`/search.json?${here}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const found = (await answer.json()).results.find((result) => result.type === "street");
  if (found) document.dispatchEvent(new CustomEvent("mapsvc:goto", { detail: { lon: found.lon, lat: found.lat } }));
});
