// A payment that was sent and not answered, and the sentences a cashier must read.

import { formatMoney } from "./kassa-money.js";

const PENDING = "kassa-pending"; // sessionStorage: a payment sent and not answered
const PAUSES_MS = [1000, 2000, 3000, 5000, 8000]; // between questions; the last repeats
export const ANSWER_MS = 15_000;

export const byId = (id) => document.getElementById(id);
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A sentence the cashier must read; resolves when it is closed. */
export function say(title, text, link) {
  const dialog = byId("say");
  byId("say-title").textContent = title;
  byId("say-text").textContent = text;
  const anchor = byId("say-link");
  anchor.hidden = !link;
  if (link) {
    anchor.href = link.href;
    anchor.textContent = link.text;
  }
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
}

const pending = () => JSON.parse(sessionStorage.getItem(PENDING) ?? "null");
export const remember = (payment) => sessionStorage.setItem(PENDING, JSON.stringify(payment));
export const forget = () => sessionStorage.removeItem(PENDING);

/** What became of it: the receipt's address, null when it was not paid, undefined when nobody answers. */
async function ask(statusUrl) {
  try {
    const answer = await fetch(statusUrl, { cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(ANSWER_MS) });
    if (answer.type === "opaqueredirect") {
      await signIn();
      return undefined;
    }
    return answer.ok ? (await answer.json()).receipt : undefined;
  } catch {
    return undefined;
  }
}

/** Ask with growing pauses until the server answers; meanwhile the page says what not to do. */
export async function findOut(payment) {
  const dialog = byId("lost");
  const stay = (event) => event.preventDefault();
  dialog.addEventListener("cancel", stay);
  window.dispatchEvent(new Event("offline")); // the lamp goes red
  dialog.showModal();
  for (let attempt = 0; ; attempt += 1) {
    const receipt = await ask(payment.status);
    if (receipt !== undefined) {
      dialog.removeEventListener("cancel", stay);
      dialog.close();
      window.dispatchEvent(new Event("online"));
      return receipt;
    }
    await wait(PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)]);
  }
}

export async function signIn() {
  const { dataset } = byId("lost");
  const next = new URLSearchParams({ next: location.pathname + location.search });
  await say(byId("lost-title").textContent, dataset.signedOut, { href: `${dataset.signInUrl}?${next}`, text: dataset.signIn });
}

export function openReceipt(address) {
  forget();
  location.replace(address);
}

/** On every page, before anything else: a payment this window sent and never heard of. */
export async function settlePending(bill) {
  const payment = pending();
  if (!payment) return;
  let receipt = await ask(payment.status);
  if (receipt === undefined) receipt = await findOut(payment);
  if (receipt) {
    openReceipt(receipt);
    return;
  }
  const { dataset } = byId("lost");
  const text = fill(dataset.notPaid, { total: formatMoney(payment.total) });
  if (bill && location.pathname === payment.bill) {
    bill.keepToken(payment); // a late first attempt and the next one stay one payment
    await say(byId("lost-title").textContent, text);
    return;
  }
  forget();
  await say(byId("lost-title").textContent, text, { href: payment.bill, text: dataset.openBill });
}
