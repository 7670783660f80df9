// The sheet of a phone: three stops, dragged by its head or moved by its button.

import { t } from "./texts.js";

const PEEK_PX = 270;
const HALF = 0.6;
const TAP_PX = 6;
const FLICK_PX_PER_MS = 0.5;

export class Sheet {
  // root: the sheet; handle: the part to drag; button: moves it by one stop.
  constructor(root, handle, button) {
    Object.assign(this, { root, handle, button });
    this.stop = 0;
    this.rising = true;
    this.drag = null;
    button.addEventListener("click", () => this.#step());
    handle.addEventListener("pointerdown", (event) => this.#start(event));
    handle.addEventListener("pointermove", (event) => this.#move(event));
    handle.addEventListener("pointerup", (event) => this.#end(event));
    handle.addEventListener("pointercancel", (event) => this.#end(event));
    window.addEventListener("resize", () => this.#place());
    // A row that gets the focus behind the edge of the screen would be out of sight.
    root.addEventListener("focusin", (event) => {
      if (event.target.matches(":focus-visible") && event.target !== button && this.stop === 0) this.to(1);
    });
    this.#place();
  }

  // What the sheet covers while it only peeks: the map counts from here, whatever the sheet does.
  peek() {
    return Math.min(PEEK_PX, this.#stops()[1]);
  }

  to(stop) {
    this.stop = Math.max(0, Math.min(2, stop));
    this.#place();
  }

  #stops() {
    const room = this.root.closest("[data-page]").clientHeight;
    return [Math.min(PEEK_PX, room * HALF), room * HALF, room - 8];
  }

  #place() {
    this.#height(this.#stops()[this.stop]);
    const up = this.stop === 0 || (this.stop === 1 && this.rising);
    this.button.setAttribute("aria-label", t(up ? "sheet_more" : "sheet_less"));
    this.button.setAttribute("aria-expanded", String(this.stop > 0));
    this.root.dataset.stop = String(this.stop);
  }

  #height(pixels) {
    this.root.style.setProperty("--sheet", `${Math.round(pixels)}px`);
  }

  #step() {
    if (this.stop === 0) this.rising = true;
    if (this.stop === 2) this.rising = false;
    this.to(this.stop + (this.rising ? 1 : -1));
  }

  #start(event) {
    if (event.button !== 0 || event.target.closest("a, input")) return;
    this.drag = { y: event.clientY, at: event.timeStamp, height: this.root.offsetHeight, moved: false };
  }

  #move(event) {
    if (!this.drag) return;
    const way = this.drag.y - event.clientY;
    if (!this.drag.moved && Math.abs(way) < TAP_PX) return;
    if (!this.drag.moved) {
      this.drag.moved = true;
      this.handle.setPointerCapture(event.pointerId);
      this.root.classList.add("dragged");
    }
    const stops = this.#stops();
    this.#height(Math.max(stops[0] / 2, Math.min(stops[2], this.drag.height + way)));
  }

  #end(event) {
    const drag = this.drag;
    this.drag = null;
    if (!drag?.moved) return;
    this.root.classList.remove("dragged");
    // The pointer is captured, so the click that follows would reach the button as a tap.
    this.handle.addEventListener("click", (click) => click.stopPropagation(), { capture: true, once: true });
    const way = drag.y - event.clientY;
    const speed = way / Math.max(1, event.timeStamp - drag.at);
    if (Math.abs(speed) > FLICK_PX_PER_MS) this.to(this.stop + Math.sign(speed));
    else this.to(this.#nearest(drag.height + way));
  }

  #nearest(height) {
    const far = this.#stops().map((stop) => Math.abs(stop - height));
    return far.indexOf(Math.min(...far));
  }
}
