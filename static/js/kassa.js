// Every page of the counter: an unanswered payment first, then search, bill or receipt.

import { Bill } from "./kassa-bill.js";
import { byId, settlePending } from "./kassa-lost.js";

/* ---- F2 on a page with a search box: there, not to an empty page ---- */

function onSearchKey(event) {
  const box = byId("q");
  if (event.key !== "F2" || !box || document.querySelector("dialog:modal")) return;
  event.preventDefault();
  box.focus();
  box.select();
}

/* ---- found accounts: typing anywhere is a new search ---- */

function startSearch() {
  document.addEventListener("keydown", (event) => {
    const isText = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (!isText || event.target.matches("input") || document.querySelector("dialog:modal")) return;
    byId("q").focus();
    byId("q").select();
  });
}

/* ---- the receipt ---- */

function startReceipt(slip) {
  byId("next").focus();
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.target.matches("a, button, input, summary") && !document.querySelector("dialog:modal")) {
      byId("next").click();
    }
  });
  window.addEventListener("afterprint", () => {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", slip.querySelector("[name=csrfmiddlewaretoken]").value);
    fetch(slip.dataset.printed, { method: "POST", body, keepalive: true }).catch(() => {}); // stays «не напечатана»
    byId("duplicate").hidden = false;
  });
  const delay = Number(slip.dataset.printAfter);
  if (delay) setTimeout(() => window.print(), delay);
}

/* ---- start ---- */

const form = byId("pay");
const slip = byId("slip");
document.addEventListener("keydown", onSearchKey, { capture: true });
const bill = form ? new Bill(form) : null;
if (document.querySelector("[data-list=found]")) startSearch();
document.querySelector("[data-list] [data-item]")?.focus();
if (slip) startReceipt(slip);
await settlePending(bill);
