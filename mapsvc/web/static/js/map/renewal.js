// Says that rows are being renewed: from the first movement until the newest question is answered.

export class Renewal {
  constructor(rows) {
    this.rows = rows;
    this.turn = 0;
  }

  begin() {
    this.turn += 1;
    this.rows.setAttribute("aria-busy", "true");
    return this.turn;
  }

  // The end of an older turn says nothing: something newer is still on its way.
  end(turn) {
    if (turn === this.turn) this.rows.removeAttribute("aria-busy");
  }
}
