// A list beside the document being read: arrows open the neighbour, the open row stays marked.

const OPEN_AFTER_MS = 120; // somebody holding the arrow wants the last row, not every one on the way

let opening;

const rowOf = (target) => target.closest?.("[data-list=documents] [data-item]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const row = rowOf(document.activeElement);
  clearTimeout(opening);
  if (row && row.getAttribute("aria-current") !== "true") opening = setTimeout(() => row.click(), OPEN_AFTER_MS);
});

document.addEventListener("click", (event) => {
  const row = rowOf(event.target);
  if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
  for (const other of row.parentElement.querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
});
