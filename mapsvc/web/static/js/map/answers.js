// Sending a one-tap answer. The same tap sent again keeps its key, so it is stored once.

import { showToast } from "../toast.js";
import { t } from "./texts.js";

const keys = new Map();

function keyOf(place, claim) {
  const name = `${place.id} ${claim}`;
  if (!keys.has(name)) keys.set(name, newKey());
  return keys.get(name);
}

// randomUUID exists on https and localhost only; a city's intranet may have neither.
function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

async function post(url, values) {
  return fetch(url, {
    method: "POST",
    body: new URLSearchParams(values),
    headers: { Accept: "application/json" },
  });
}

export class Answers {
  // token: of the session, none in an embed; onChange(answer): the records are to be shown anew; url: where a place's answers go.
  constructor(token, onChange, url = (place) => `${place.url}/observations`) {
    this.shared = token ? { csrf_token: token } : {};
    this.onChange = onChange;
    this.url = url;
  }

  async send(place, claim, button) {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    try {
      const values = { claim, key: keyOf(place, claim), ...this.shared };
      const answer = await post(this.url(place), values);
      if (!answer.ok) throw new Error(`observations: ${answer.status}`);
      const saved = await answer.json();
      keys.delete(`${place.id} ${claim}`);
      button.setAttribute("aria-pressed", "true");
      showToast(saved.status_text || t("answer_saved"), saved.undo ? { undo: () => this.undo(saved.undo, button) } : {});
      this.onChange(saved);
    } catch {
      button.removeAttribute("aria-disabled");
      showToast(t("answer_failed"));
    }
  }

  async undo(url, button) {
    try {
      const answer = await post(url, this.shared);
      if (!answer.ok) throw new Error(`undo: ${answer.status}`);
      button.removeAttribute("aria-disabled");
      button.removeAttribute("aria-pressed");
      showToast(t("undone"));
      this.onChange(await answer.json());
    } catch {
      showToast(t("answer_failed"));
    }
  }
}
