// Money of the counter: whole kopecks, read as people type them and written as they read them.

const NBSP = "\u00a0";

/** Kopecks of a typed sum: "100,5" → 10050; null when it is not a sum. */
export function parseMoney(typed) {
  const match = /^(\d{0,12})(?:[.,](\d{0,2}))?$/.exec(typed.replace(/[\s\u00a0\u2009\u202f]/g, ""));
  if (!match || !(match[1] || match[2])) return null;
  return Number(match[1] || 0) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
}

/** "2 447,90" for 244790. */
export function formatMoney(kopecks) {
  const whole = String(Math.trunc(kopecks / 100)).replace(/\B(?=(\d{3})+$)/g, NBSP);
  return `${whole},${String(kopecks % 100).padStart(2, "0")}`;
}

