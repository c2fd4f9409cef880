// Behaviour of every page: keys, dialogs, toasts, unsaved forms, lists by arrows.
// Everything is declared in the markup by data attributes; nothing here knows a page.

const typing = (target) =>
  target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio])");

const visible = (element) => element.getClientRects().length > 0;

/* ---- keys: data-key="F2" data-key-also="Ctrl+K" data-key-label="…" on links, buttons, fields ---- */

const NAMES = { Space: " ", Del: "Delete", Ins: "Insert", Up: "ArrowUp", Down: "ArrowDown", "↵": "Enter" };

export function matches(event, combination) {
  const parts = combination.split(/\+(?=.)/);
  const key = parts.pop();
  const wants = (modifier) => parts.includes(modifier);
  if (event.ctrlKey !== wants("Ctrl") || event.altKey !== wants("Alt")) return false;
  if (parts.length && event.shiftKey !== wants("Shift")) return false;
  // Letters by their place on the keyboard: under a Cyrillic layout the letter itself differs.
  if (/^[A-Z]$/.test(key)) return event.code === `Key${key}`;
  if (key === "/") return !event.shiftKey && (event.key === "/" || event.code === "Slash");
  if (key === "?") return event.key === "?" || (event.shiftKey && event.code === "Slash");
  return event.key === (NAMES[key] ?? key);
}

const combinations = (element) =>
  [element.dataset.key, element.dataset.keyAlso].filter(Boolean).map((text) => text.replace("Ctrl ", "Ctrl+"));

const plain = (combination) => !/Ctrl|Alt|^F\d|Escape/.test(combination);

function onKey(event) {
  if (event.isComposing || event.defaultPrevented) return;
  const dialog = document.querySelector("dialog:modal");
  for (const element of (dialog ?? document).querySelectorAll("[data-key]")) {
    const hit = combinations(element).find((combination) => matches(event, combination));
    if (!hit || (plain(hit) && typing(event.target)) || !visible(element)) continue;
    event.preventDefault();
    press(element);
    return;
  }
  if (event.key === "Enter") onEnter(event);
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") onArrow(event);
  else if (event.key === "Escape") onEscape(event);
}

function press(element) {
  if (element.matches("input, textarea, select")) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}

/* ---- forms: Enter goes to the next field, Ctrl+Enter submits ---- */

function onEnter(event) {
  const form = event.target.form;
  if (!form || event.shiftKey || event.altKey) return;
  if (event.ctrlKey) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-primary], .btn--primary[type=submit]"));
    return;
  }
  const steps = form.matches("[data-enter-next]") && event.target.matches("input, select");
  if (!steps) return;
  const fields = [...form.elements].filter(
    (field) => field.matches("input:not([type=hidden]), select, textarea, button[type=submit]") && !field.disabled && visible(field),
  );
  event.preventDefault();
  fields[fields.indexOf(event.target) + 1]?.focus();
}

const saved = (form) => new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string")).toString();
const guarded = new Map();

function guard(root) {
  for (const form of root.querySelectorAll("form[data-guard]")) guarded.set(form, saved(form));
}

function onLeave(event) {
  const dirty = [...guarded].some(([form, before]) => form.isConnected && saved(form) !== before);
  if (dirty) event.preventDefault();
}

/* ---- lists: a container with data-list, items are links or rows with a link ---- */

function onArrow(event) {
  const list = event.target.closest("[data-list]") ?? document.querySelector(`[data-list="${event.target.dataset?.controls ?? "-"}"]`);
  if (!list || event.target.matches("select, textarea")) return;
  const items = [...list.querySelectorAll("[data-item]")].filter(visible);
  const here = items.indexOf(event.target.closest("[data-item]"));
  const next = items[event.key === "ArrowDown" ? here + 1 : here - 1];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

/* ---- dialogs and menus ---- */

function onEscape(event) {
  const menu = event.target.closest("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

function onClick(event) {
  const control = event.target.closest("[data-open], [data-close], [data-dismiss], [data-help], [data-print], [data-copy]");
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  if (!control) return;
  if (control.dataset.open) document.getElementById(control.dataset.open)?.showModal();
  else if ("close" in control.dataset) control.closest("dialog").close();
  else if ("dismiss" in control.dataset) control.closest("[data-toast]").remove();
  else if ("help" in control.dataset) showKeys();
  else if ("print" in control.dataset) window.print();
  else if (control.dataset.copy) navigator.clipboard.writeText(control.dataset.copy).then(() => toast("Скопировано"));
}

function showKeys() {
  const rows = new Map();
  for (const element of document.querySelectorAll("[data-key]")) {
    const label = element.dataset.keyLabel?.trim();
    if (label && visible(element)) rows.set(label, combinations(element));
  }
  for (const element of document.querySelectorAll("[data-key-help]")) {
    rows.set(element.dataset.keyHelp, element.dataset.keys.split(" "));
  }
  if (document.querySelector("form[data-enter-next]")) {
    rows.set("Следующее поле", ["Enter"]);
    if (![...rows.values()].flat().includes("Ctrl+↵")) rows.set("Записать", ["Ctrl+Enter"]);
  }
  const list = Object.assign(document.createElement("dl"), { className: "keys dialog__body" });
  for (const [label, keys] of rows) {
    const term = document.createElement("dt");
    for (const key of keys) term.append(Object.assign(document.createElement("kbd"), { textContent: key }), " ");
    list.append(term, Object.assign(document.createElement("dd"), { textContent: label }));
  }
  openDialog("Клавиши", list);
}

function openDialog(title, body) {
  const dialog = Object.assign(document.createElement("dialog"), { className: "dialog" });
  const head = Object.assign(document.createElement("header"), { className: "dialog__head" });
  const heading = Object.assign(document.createElement("h2"), { textContent: title });
  const close = Object.assign(document.createElement("button"), { className: "btn btn--plain", type: "button", textContent: "Закрыть" });
  close.dataset.close = "";
  dialog.setAttribute("aria-label", title);
  head.append(heading, close);
  dialog.append(head, body);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/* ---- toasts ---- */

const TOAST_MS = 8000;

export function toast(text, kind = "ok") {
  const note = Object.assign(document.createElement("div"), { className: `note note--${kind}` });
  const close = Object.assign(document.createElement("button"), { type: "button" });
  close.dataset.dismiss = note.dataset.toast = "";
  close.setAttribute("aria-label", "Закрыть");
  close.append(drawing("close"));
  note.append(drawing(kind === "ok" ? "circle-check" : "warning"), Object.assign(document.createElement("div"), { textContent: text }), close);
  document.getElementById("toasts").append(note);
}

/** An icon of the sprite, whose hashed address every page already names. */
function drawing(name) {
  const sprite = document.querySelector("use").href.baseVal.split("#")[0];
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

function hideLater(note) {
  if (note.matches(".note--bad, .note--warn")) return; // an error waits until it is read
  setTimeout(() => (note.matches(":hover, :focus-within") ? hideLater(note) : note.remove()), TOAST_MS);
}

/* ---- parts that arrive later: htmx, toasts ---- */

function settle(root) {
  guard(root);
  for (const dialog of root.querySelectorAll("dialog[data-modal]:not([open])")) dialog.showModal();
  root.querySelector("[data-focus]")?.focus();
}

function onSignedIn(event) {
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = event.detail.token;
  document.getElementById("dialogs").replaceChildren();
  toast("Вы снова вошли: повторите действие");
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", onClick);
document.addEventListener("submit", (event) => guarded.delete(event.target));
window.addEventListener("beforeunload", onLeave);
document.addEventListener("signed-in", onSignedIn);
for (const name of ["htmx:after:swap", "htmx:afterSwap"]) {
  document.addEventListener(name, () => settle(document.getElementById("dialogs")));
}
for (const name of ["htmx:error", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => toast("Сервер не ответил. Проверьте связь и повторите.", "bad"));
}
new MutationObserver((changes) => {
  for (const change of changes) {
    for (const node of change.addedNodes) if (node.matches?.("[data-toast]")) hideLater(node);
  }
}).observe(document.getElementById("toasts"), { childList: true });
for (const note of document.querySelectorAll("[data-toast]")) hideLater(note);
settle(document);
