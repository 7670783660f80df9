// One question, asked in several places: may things move?

const query = window.matchMedia("(prefers-reduced-motion: reduce)");

export function still() {
  return query.matches;
}
