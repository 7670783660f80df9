// The way to the places nearby that need a look, once the visitor's position is known.

// To about a hundred metres: the address of the page may stand in a log.
function rounded(degrees) {
  return degrees.toFixed(3);
}

export async function countLooks(link, { lat, lng }) {
  const where = `lat=${rounded(lat)}&lon=${rounded(lng)}`;
  try {
    const answer = await fetch(`/look.json?${where}`);
    const count = answer.ok ? (await answer.json()).places.length : 0;
    link.href = `/look?${where}`;
    if (!count) return;
    link.classList.add("on");
    link.querySelector("span").textContent = count === 1 ? link.dataset.one : link.dataset.more.replace("%(count)s", count);
  } catch {
    // Without an answer the link leads to the page that asks where.
    link.href = "/look";
  }
}
