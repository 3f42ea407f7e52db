// The window of a lesson made by others: shows it in a frame of another origin, and saves what it reports.

const stage = document.querySelector("[data-lesson]");
const status = document.querySelector("[data-status]");
const way = document.querySelector("[data-leave]");
const { lesson: path, origin, title, opening, saving, nothing, away, signedOut, tooMuch, anyway, tried, stuck } = stage.dataset;
const GAP = 2000; // between two savings
const AGAIN = 8000; // after one that failed
const PATIENCE = 3000; // with a lesson that is to end
const OPENING = 20000; // until a frame has to have answered
const MOST = 200000; // letters of one report; the service takes 64 kB of what a lesson keeps for itself
const SMALL = 60000; // what a browser sends though its page goes
let frame, opened, started = false, waiting, sending, over = false, last = 0, timer, gone, leaving = false;

function say(words) {
  if (status.textContent !== words) status.textContent = words;
}

async function post(to, given) {
  const body = JSON.stringify(given);
  const answer = await fetch(to, { method: "POST", body, headers: { "Content-Type": "application/json" }, keepalive: body.length < SMALL });
  if (!answer.headers.get("content-type")?.startsWith("application/json")) throw new Error(answer.redirected ? "signed out" : `${answer.status}`);
  return [answer.status, await answer.json()];
}

function later(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(save, milliseconds);
}

async function save() {
  clearTimeout(timer);
  if (sending || !waiting || over) return;
  const early = last + GAP - Date.now();
  if (early > 0 && !leaving) { later(early); return; }
  const values = waiting;
  [waiting, sending, last] = [undefined, true, Date.now()];
  say(saving);
  let again = 0;
  try {
    const [code, told] = await post(`${path}/save`, { launch: opened.launch, values });
    over = told.over === true;
    if (code === 429) { waiting ??= values; again = AGAIN; }
    say(told.words);
  } catch (trouble) {
    waiting ??= values;
    again = AGAIN;
    say(trouble.message === "signed out" ? signedOut : away);
  }
  sending = false;
  if (waiting) later(again);
}

function take(values) {
  if (typeof values !== "object" || values === null) return;
  if (JSON.stringify(values).length > MOST) { say(tooMuch); return; }
  if (tried) { say(tried); return; } // by whoever writes the course
  waiting = values;
  save();
}

addEventListener("message", ({ source, origin: from, data }) => {
  if (!frame || source !== frame.contentWindow || from !== origin) return;
  if (data?.lesson === "ready" && !started) {
    started = true;
    frame.contentWindow.postMessage({ lesson: "start", href: opened.href, values: opened.values, asset: opened.asset, title }, origin);
    frame.focus();
    say(opened.told.words || nothing);
  }
  if (data?.lesson === "values") take(data.values);
  if (data?.lesson === "left") gone?.();
});

way?.addEventListener("click", async (event) => {
  if (!frame || over || leaving) return;
  event.preventDefault();
  leaving = true;
  await new Promise((resolve) => {
    gone = resolve;
    setTimeout(resolve, PATIENCE);
    frame.contentWindow.postMessage({ lesson: "leave" }, origin);
  });
  save();
  for (const until = Date.now() + PATIENCE; (waiting || sending) && Date.now() < until;) await new Promise((resolve) => setTimeout(resolve, 50));
  if (waiting && !over) say(anyway); else location.assign(way.href);
});
addEventListener("beforeunload", (event) => { if (waiting && !over && !leaving) { last = 0; save(); event.preventDefault(); } });

async function open() {
  stage.replaceChildren(); // the words for those whose browser runs no script
  say(opening);
  try {
    const [code, told] = await post(path, {});
    if (code !== 200) { say(told.words); return; }
    opened = told;
  } catch { say(stuck); return; }
  setTimeout(() => { if (!started) say(stuck); }, OPENING);
  frame = document.createElement("iframe");
  frame.title = title;
  frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms");
  frame.allow = "autoplay; fullscreen";
  frame.src = opened.frame;
  stage.replaceChildren(frame);
}

if (origin) open();
