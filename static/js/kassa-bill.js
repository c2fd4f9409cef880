// The bill by keyboard: sums, ticks, the total, and one payment for one token.
// Money is counted in whole kopecks; what the page says is in the markup (data-*).

import { ANSWER_MS, byId, fill, findOut, forget, openReceipt, remember, say, signIn } from "./kassa-lost.js";
import { formatMoney, parseMoney } from "./kassa-money.js";

export class Bill {
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.token = form.dataset.token;
    this.status = form.dataset.status;
    this.table = byId("bill");
    this.cash = byId("cash");
    this.button = byId("do-pay");
    this.hint = byId("hint");
    this.busy = false;
    document.addEventListener("keydown", (event) => this.onKey(event), { capture: true });
    document.addEventListener("focusin", (event) => this.onFocus(event));
    document.addEventListener("change", (event) => this.onChange(event));
    this.cash.addEventListener("input", () => this.count());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.pay();
    });
    for (const row of this.rows) untick(row); // what the browser restored is not what was chosen
    this.count();
    if (this.rows.length) this.goTo(this.rows[0]);
    else byId("q").focus();
  }

  get rows() {
    return [...document.querySelectorAll("#bill [data-row]:not(.is-nothing)")];
  }

  get ticked() {
    return this.rows.filter((row) => tick(row).checked);
  }

  get total() {
    return this.ticked.reduce((sum, row) => sum + parseMoney(amount(row).value), 0);
  }

  keepToken(payment) {
    this.token = payment.token;
    this.status = payment.status;
  }

  goTo(row) {
    tick(row).focus();
    row.scrollIntoView({ block: "nearest" });
  }

  step(row, by) {
    const next = this.rows[this.rows.indexOf(row) + by];
    if (next) this.goTo(next);
    return Boolean(next);
  }

  /* -- ticking: the sum is checked, written out in full and locked -- */

  async tickRow(row) {
    const field = amount(row);
    const kopecks = parseMoney(field.value);
    const due = Number(row.dataset.due);
    const wrong = this.whatIsWrong(field.value, kopecks, due);
    if (wrong) {
      untick(row);
      this.count();
      await say(this.words.check, wrong);
      field.focus();
      field.select();
      return false;
    }
    field.value = formatMoney(kopecks);
    field.readOnly = true;
    tick(row).checked = true;
    row.classList.add("is-chosen");
    this.count();
    return true;
  }

  whatIsWrong(typed, kopecks, due) {
    if (kopecks === null) return fill(this.words.notMoney, { typed });
    if (kopecks === 0) return this.words.zero;
    if (kopecks <= due) return null;
    const sums = { typed: kopecks, due, excess: kopecks - due };
    return fill(this.words.over, Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, formatMoney(sum)])));
  }

  untickRow(row) {
    untick(row);
    this.count();
  }

  async tickAll() {
    for (const row of this.rows) {
      if (!tick(row).checked && !(await this.tickRow(row))) return;
    }
  }

  untickAll() {
    this.rows.forEach(untick);
    this.count();
  }

  /* -- the total, the change, the hint -- */

  count() {
    const total = this.total;
    const output = byId("total");
    output.value = formatMoney(total);
    output.toggleAttribute("data-long", total >= 10_000_000);
    const many = this.ticked.length;
    const words = byId("count").dataset;
    const form = new Intl.PluralRules(document.documentElement.lang).select(many);
    byId("count").textContent = fill(words[form] ?? words.many, { n: many });
    this.countChange(total);
    this.button.disabled = this.busy || !total;
  }

  countChange(total) {
    const [word, sum] = byId("change").children;
    const cash = parseMoney(this.cash.value);
    const lack = cash !== null && cash < total;
    word.textContent = lack ? word.dataset.lack : word.dataset.change;
    byId("change").classList.toggle("bad", lack);
    sum.textContent = cash === null || !total ? "" : formatMoney(Math.abs(cash - total));
  }

  tell(name, values = {}) {
    this.hint.textContent = fill(this.hint.dataset[name], values);
  }

  onFocus({ target }) {
    const here = target.closest("[data-row]");
    for (const row of this.rows) row.classList.toggle("is-here", row === here);
    if (here && target === amount(here) && !target.readOnly) this.tell("amount", { due: formatMoney(Number(here.dataset.due)) });
    else if (here) this.tell(tick(here).checked ? "ticked" : "row");
    else if (target === this.cash) this.tell("cash");
    else this.hint.textContent = "";
  }

  /** A mouse or Space ticked the box itself. */
  async onChange({ target }) {
    const row = target.closest("[data-row]");
    if (!row || target !== tick(row)) return;
    if (!target.checked) this.untickRow(row);
    else if (!(await this.tickRow(row))) return;
    this.tell(tick(row).checked ? "ticked" : "row");
  }

  /* -- keys -- */

  onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (document.querySelector("dialog:modal")) return;
    if (this.busy) {
      event.preventDefault();
      return;
    }
    const row = event.target.closest("[data-row]");
    if (event.key === "F9") this.handle(event, () => this.toCashOrPay(event));
    else if (row && event.target === tick(row)) this.onRowKey(event, row);
    else if (row) this.onAmountKey(event, row);
    else if (event.target === this.cash) this.onCashKey(event);
    else if (event.key === "Escape" && this.rows.length) this.handle(event, () => this.goTo(this.rows[0]));
    else if (event.target === document.body && this.rows.length) this.onRowKey(event, this.rows[0]);
  }

  handle(event, action) {
    event.preventDefault();
    action();
  }

  onRowKey(event, row) {
    const actions = {
      ArrowUp: () => this.step(row, -1),
      ArrowDown: () => this.step(row, 1),
      Enter: () => (tick(row).checked ? this.step(row, 1) : this.edit(row)),
      "+": () => this.tickAll(),
      "-": () => this.untickAll(),
      Escape: () => (this.ticked.length ? this.untickAll() : byId("cancel").click()),
    };
    if (actions[event.key]) this.handle(event, actions[event.key]);
    else if (/^\d$/.test(event.key)) this.handle(event, () => this.edit(row, event.key));
  }

  edit(row, digit) {
    const field = amount(row);
    if (tick(row).checked) {
      this.tell("locked");
      return;
    }
    field.focus();
    if (digit === undefined) field.select();
    else field.value = digit;
  }

  onAmountKey(event, row) {
    const field = event.target;
    const actions = {
      ArrowUp: () => this.step(row, -1),
      ArrowDown: () => this.step(row, 1),
      Enter: () => this.accept(row),
      Escape: () => {
        if (!field.readOnly) field.value = formatMoney(Number(row.dataset.due));
        this.goTo(row);
      },
    };
    if (actions[event.key]) this.handle(event, actions[event.key]);
    else if (field.readOnly && /^[\d.,]$/.test(event.key)) this.handle(event, () => this.tell("locked"));
  }

  async accept(row) {
    if (!tick(row).checked && !(await this.tickRow(row))) return;
    if (!this.step(row, 1)) this.goTo(row);
  }

  onCashKey(event) {
    if (event.key === "Enter") this.handle(event, () => event.repeat || this.pay());
    else if (event.key === "Escape" && this.rows.length) this.handle(event, () => this.goTo(this.rows[0]));
  }

  toCashOrPay(event) {
    if (event.repeat) return;
    if (!this.total) {
      this.tell("nothing");
      return;
    }
    if (document.activeElement === this.cash) {
      this.pay();
      return;
    }
    this.cash.focus();
    this.cash.select();
  }

  /* -- paying -- */

  async pay() {
    const total = this.total;
    if (this.busy || !total) return;
    const wrong = this.wrongCash(total);
    if (wrong) {
      await say(this.words.check, wrong);
      this.cash.focus();
      this.cash.select();
      return;
    }
    remember({ token: this.token, status: this.status, bill: location.pathname, total });
    this.setBusy(true);
    const answer = await this.send(total);
    if (answer === null) await this.afterLostAnswer();
    else if (answer.ok) openReceipt(answer.body.receipt);
    else await this.afterRefusal(answer);
  }

  wrongCash(total) {
    if (!this.cash.value.trim()) return null;
    const cash = parseMoney(this.cash.value);
    if (cash === null) return fill(this.words.notMoney, { typed: this.cash.value });
    return cash < total ? fill(this.words.tooLittle, { lack: formatMoney(total - cash) }) : null;
  }

  /** The server's verdict; null when there is none and nobody knows what happened. */
  async send(total) {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    body.set("token", this.token);
    body.set("total", total);
    body.set("cash", this.cash.value);
    for (const row of this.ticked) {
      body.set(`amount-${row.dataset.service}`, amount(row).value);
      body.set(`due-${row.dataset.service}`, row.dataset.due);
    }
    try {
      const answer = await fetch(this.words.url, { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(ANSWER_MS) });
      if (answer.type === "opaqueredirect") return { ok: false, signedOut: true };
      if (answer.status >= 500) return null;
      const isOurs = answer.headers.get("Content-Type")?.startsWith("application/json");
      return { ok: answer.ok, code: answer.status, body: isOurs ? await answer.json() : {} };
    } catch {
      return null;
    }
  }

  async afterLostAnswer() {
    const receipt = await findOut({ status: this.status });
    if (receipt) {
      openReceipt(receipt);
      return;
    }
    this.setBusy(false); // the token stays: a late first attempt and the next one are one payment
    await say(byId("lost-title").textContent, fill(byId("lost").dataset.notPaid, { total: formatMoney(this.total) }));
    this.cash.focus();
  }

  async afterRefusal({ signedOut, code, body }) {
    if (signedOut) {
      this.setBusy(false);
      await signIn();
      return;
    }
    forget();
    if (body.stale) await this.refresh();
    this.setBusy(false);
    const title = body.receipt ? this.words.paidBefore : body.stale ? this.words.stale : this.words.refused;
    const link = body.receipt && { href: body.receipt, text: this.words.openReceipt };
    await say(title, body.sentence ?? fill(this.words.notAccepted, { code }), link);
    if (this.rows.length) this.goTo(this.rows[0]);
  }

  setBusy(busy) {
    this.busy = busy;
    const word = this.button.querySelector("span");
    word.dataset.idle ??= word.textContent;
    word.textContent = busy ? this.button.dataset.busy : word.dataset.idle;
    this.form.setAttribute("aria-busy", busy);
    byId("cancel").toggleAttribute("aria-disabled", busy);
    this.table.inert = busy;
    this.cash.disabled = busy;
    this.count();
  }

  /** Read the bill again; typed sums stay, ticks stay where the debt is what it was. */
  async refresh() {
    const before = new Map(this.rows.map((row) => [row.dataset.service, { due: row.dataset.due, typed: amount(row).value, chosen: tick(row).checked }]));
    const answer = await fetch(location.href, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    this.table.replaceChildren(...page.getElementById("bill").children);
    for (const row of this.rows) {
      const old = before.get(row.dataset.service);
      if (!old) continue;
      amount(row).value = old.typed;
      if (old.chosen && old.due === row.dataset.due) await this.tickRow(row);
    }
    this.count();
  }
}

const tick = (row) => row.querySelector("[type=checkbox]");
const amount = (row) => row.querySelector("input.sum");

function untick(row) {
  tick(row).checked = false;
  amount(row).readOnly = false;
  row.classList.remove("is-chosen");
}
