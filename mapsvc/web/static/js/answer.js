// The one-tap answer (still empty, now in use, gone, not sure): sent in place, with ten seconds to undo.
import { showToast } from "./toast.js";

const headers = { Accept: "application/json" };

async function post(url, body) {
  const response = await fetch(url, { method: "POST", headers, body, credentials: "same-origin" });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.detail ?? "");
  return answer;
}

/**
 * Sends one answer.
 * @param {HTMLFormElement} form a form with csrf_token and key, whose data-failed names what to say when nothing arrived
 * @param {string} claim vacant, occupied, gone or unsure
 * @returns {Promise<object|null>} what the service answered, or null when it was not saved
 */
export async function sendAnswer(form, claim) {
  const body = new FormData(form);
  body.set("claim", claim);
  try {
    const answer = await post(form.action, body);
    const undo = answer.undo && (async () => {
      const again = new FormData();
      again.set("csrf_token", body.get("csrf_token"));
      try {
        const undone = await post(answer.undo, again);
        form.dispatchEvent(new CustomEvent("answer", { bubbles: true, detail: { ...undone, undone: true } }));
        if (undone.status_text) showToast(undone.status_text);
      } catch (fault) {
        showToast(fault.message || form.dataset.failed);
      }
    });
    // The key belongs to this answer; the next one on the same page is another answer.
    form.elements.key.value = crypto.randomUUID();
    showToast(answer.status_text, { undo });
    form.dispatchEvent(new CustomEvent("answer", { bubbles: true, detail: answer }));
    return answer;
  } catch (fault) {
    showToast(fault.message || form.dataset.failed);
    return null;
  }
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-answer]");
  if (!form || !event.submitter) return;
  event.preventDefault();
  if (form.dataset.sending) return;
  form.dataset.sending = "1";
  const answer = await sendAnswer(form, event.submitter.value);
  delete form.dataset.sending;
  if (!answer) return;
  for (const button of form.querySelectorAll("button[name=claim]")) {
    button.setAttribute("aria-pressed", String(button === event.submitter));
  }
}, true);

document.addEventListener("answer", (event) => {
  if (!event.detail.undone) return;
  for (const button of event.target.querySelectorAll("button[name=claim]")) button.removeAttribute("aria-pressed");
});
