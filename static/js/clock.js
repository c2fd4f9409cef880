// The till's clock: server time, corrected for drift; the arc is the working day.

const MINUTE = 60_000;
const HALF_DAY = 720; // minutes on the dial
const CHECK_EVERY = 5 * MINUTE;
const RETRY_EVERY = 5_000;
const RADIUS = 27;
const CENTRE = 32;

export const minutesOf = (text) => {
  const [hours, minutes] = text.split(":").map(Number);
  return hours * 60 + minutes;
};

function point(minutes) {
  const angle = (minutes / HALF_DAY) * 2 * Math.PI;
  const x = CENTRE + RADIUS * Math.sin(angle);
  const y = CENTRE - RADIUS * Math.cos(angle);
  return `${x.toFixed(3)} ${y.toFixed(3)}`;
}

/** Path of the arc between two minutes of the day; at most one turn of the dial. */
export function arc(from, to) {
  // A whole turn stays open by two minutes: nearer ends, once rounded, would say nothing of the centre.
  const length = Math.min(to - from, HALF_DAY - 2);
  if (length <= 0) return "";
  const large = length > HALF_DAY / 2 ? 1 : 0;
  return `M${point(from)}A${RADIUS} ${RADIUS} 0 ${large} 1 ${point(from + length)}`;
}

function start(clock) {
  const opens = minutesOf(clock.dataset.opens);
  const closes = minutesOf(clock.dataset.closes);
  const part = (name) => clock.querySelector(`[data-part=${name}]`);
  const path = (name) => clock.querySelector(`.dial__${name}`);
  const hands = clock.querySelectorAll(".dial__hand");
  let startedAt = performance.now();
  let secondsThen = secondsOf(clock.dataset.local);
  let timer = setTimeout(ask, CHECK_EVERY);

  function draw() {
    const passed = Math.floor((performance.now() - startedAt) / 1000);
    const seconds = (secondsThen + passed) % 86_400;
    const minutes = seconds / 60;
    const open = minutes >= opens && minutes < closes;
    part("minutes").textContent = `${pad(minutes / 60)}:${pad(minutes % 60)}`;
    part("seconds").textContent = `:${pad(seconds % 60)}`;
    part("until").textContent = open ? clock.dataset.openText : clock.dataset.shutText;
    clock.classList.toggle("clock--shut", !open);
    // The dial holds twelve hours: what lies further than a turn ahead is not drawn yet.
    const now = Math.min(Math.max(minutes, opens), closes);
    path("past").setAttribute("d", arc(Math.max(opens, now - (HALF_DAY - Math.min(closes - now, HALF_DAY))), now));
    path("ahead").setAttribute("d", arc(now, closes));
    hands[0].setAttribute("transform", `rotate(${(minutes / 2) % 360} 32 32)`);
    hands[1].setAttribute("transform", `rotate(${(minutes % 60) * 6} 32 32)`);
  }

  async function ask() {
    clearTimeout(timer);
    let pause = CHECK_EVERY;
    try {
      const sentAt = performance.now();
      const answer = await fetch(clock.dataset.source, { cache: "no-store", signal: AbortSignal.timeout(RETRY_EVERY) });
      if (!answer.ok) throw new Error(answer.statusText);
      const { local } = await answer.json();
      startedAt = (sentAt + performance.now()) / 2;
      secondsThen = secondsOf(local);
      light(true);
    } catch {
      light(false);
      pause = RETRY_EVERY;
    }
    timer = setTimeout(ask, pause);
  }

  draw();
  setInterval(draw, 1000);
  window.addEventListener("offline", () => light(false));
  window.addEventListener("online", ask);
}

/** The lamp «связь есть» / «нет связи»; kassa scripts call it when an answer is lost. */
export function light(on) {
  const lamp = document.getElementById("lamp");
  if (!lamp) return;
  const word = lamp.querySelector("[data-on]");
  lamp.classList.toggle("lamp--off", !on);
  const text = on ? word.dataset.on : word.dataset.off;
  if (word.textContent !== text) word.textContent = text;
}

const pad = (number) => String(Math.floor(number)).padStart(2, "0");
const secondsOf = (text) => minutesOf(text) * 60 + Number(text.split(":")[2] ?? 0);

const clock = document.getElementById("clock");
if (clock) start(clock);
