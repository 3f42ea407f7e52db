// Rating with or without a signal: answers are kept on this device first, and sent when there is a signal.
//
// A draft lies in IndexedDB under a UUID. It goes with every sending, so that one whose answer was lost on its way is
// not taken for somebody else's, and it is gone from the device 14 days after it was sent.

const KEPT_DAYS = 14;
const SEND_AFTER = 3000;
const TRY_AGAIN = 20_000;
const DAY = 86_400_000;
const me = document.body.dataset.reader;
// In the frame of a learning system browsers keep nothing, and without https they keep nothing safe: online only, then.
let onDevice = window.top === window && window.isSecureContext && Boolean(window.indexedDB && navigator.locks && navigator.serviceWorker);
const form = document.querySelector("form[data-draft]");
const tabs = new BroadcastChannel("ratings");
const clock = (moment) => new Date(moment).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

let opened = null;
function database() {
  if (!opened) {
    const request = indexedDB.open("ratings", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("drafts", { keyPath: "id" });
    opened = asked(request).then((found) => {
      // Somebody clears what sites keep, or another window brings a newer version: opened anew for the next draft.
      found.onclose = () => { opened = null; };
      found.onversionchange = () => { found.close(); opened = null; };
      return found;
    });
  }
  return opened;
}

async function store(mode, work) {
  const changing = (await database()).transaction("drafts", mode, { durability: "strict" });
  const result = await asked(work(changing.objectStore("drafts")));
  if (mode === "readwrite") await new Promise((resolve, reject) => { changing.oncomplete = resolve; changing.onabort = changing.onerror = () => reject(changing.error); });
  return result;
}
// What the device does not take (it is full, or the window a private one) is held by the page until it is sent.
const here = new Map();
async function everything() {
  const kept = onDevice ? await store("readonly", (drafts) => drafts.getAll()).catch(() => []) : [];
  return [...kept.filter((draft) => !here.has(draft.id)), ...here.values()];
}
const all = async () => (await everything()).filter((draft) => draft.who === me);
async function keep(draft) {
  try {
    if (!onDevice) throw new Error("online only");
    await store("readwrite", (drafts) => drafts.put(draft));
    here.delete(draft.id);
  } catch {
    here.set(draft.id, draft);
  }
}
async function forget(draft) {
  here.delete(draft.id);
  if (onDevice) await store("readwrite", (drafts) => drafts.delete(draft.id));
}
const alone = (work) => (onDevice ? navigator.locks.request("ratings", work) : work());
const unsent = (draft) => draft.changed > draft.sent;

// Sends one draft; only one window does so at a time. Says what became of it: sent, waiting, apart, signed out, refused,
// closed. It says whose it is: in another window somebody else may have signed in, who may rate the same visit.
function send(id) {
  return alone(async () => {
    const draft = (await all()).find((one) => one.id === id);
    if (!draft || !unsent(draft)) return "sent";
    const body = new URLSearchParams([...draft.fields, ["seen", draft.seen], ["device_draft", draft.id], ["reader", draft.who]]);
    let answer;
    try {
      answer = await fetch(`${draft.path}/draft`, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
    } catch {
      return "waiting";
    }
    if (answer.status === 412) return "apart";
    if (answer.type === "opaqueredirect" || [401, 403].includes(answer.status)) return "signed out";
    const closed = answer.status === 410;
    if ([400, 413, 422].includes(answer.status)) return "refused";
    if (!answer.headers.has("Draft") && !closed) return "waiting";
    const latest = (await all()).find((one) => one.id === id) ?? draft;
    await keep({ ...latest, seen: answer.headers.get("Draft") ?? draft.seen, sent: draft.changed, arrived: Date.now(), closed });
    return closed ? "closed" : "sent";
  });
}

async function sendAll() {
  const became = [];
  for (const draft of await all()) if (unsent(draft)) became.push(await send(draft.id));
  return became;
}

async function tidy() {
  const over = Date.now() - KEPT_DAYS * DAY;
  const drafts = await all();
  for (const draft of drafts) if (!unsent(draft) && draft.arrived < over) await forget(draft);
  // Whoever has been away for longer still needs the page to go on.
  if (!drafts.some(unsent)) navigator.serviceWorker.controller?.postMessage({ forget: over });
}

// Somebody who signs out leaves nothing behind that was not sent, unless they say that it may go.
async function signOut(event) {
  const leaving = event.target;
  if (!(leaving.getAttribute("action") ?? "").endsWith("/sign-out") || leaving.dataset.safe) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const leave = async () => {
    for (const draft of await all()) await forget(draft);
    navigator.serviceWorker.controller?.postMessage({ forget: Infinity });
    leaving.dataset.safe = "yes";
    leaving.requestSubmit();
  };
  const over = (await sendAll()).includes("signed out");
  const left = (await all()).filter(unsent);
  if (!left.length) { await leave(); return; }
  const words = document.createElement("div");
  words.className = "govuk-inset-text";
  words.id = "unsent-answers";
  words.setAttribute("role", "alert");
  words.append(`${over ? "You have been signed out already." : "You are still signed in."} These answers are only on this device: `);
  left.forEach((draft, at) => {
    const link = document.createElement("a");
    link.className = "govuk-link";
    link.href = `${draft.path}/rate`;
    link.textContent = draft.title;
    words.append(at ? ", " : "", link);
  });
  words.append(over ? ". Sign in again, and they are sent." : ". Go where there is a signal, wait until they are sent, and sign out then.");
  const drop = document.createElement("button");
  drop.type = "button";
  drop.className = "govuk-button govuk-button--warning";
  drop.textContent = "Delete these answers and sign out";
  drop.addEventListener("click", leave);
  words.append(document.createElement("br"), drop);
  document.getElementById(words.id)?.remove();
  document.getElementById("main").prepend(words);
  words.scrollIntoView();
}

// Only pages that came by https may ask for a UUID by its name.
function newId() {
  return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (one) => (one ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (one / 4)))).toString(16));
}

const answers = () => [...form.elements].filter((field) => field.name && !["hidden", "submit"].includes(field.type));
const ticked = (field) => ["radio", "checkbox"].includes(field.type);
const isTyped = (field) => (ticked(field) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue);

// Puts the words of a draft before those that were typed into the same box meanwhile: of neither may anything be lost.
function addBefore(field, words) {
  if (field.tagName === "TEXTAREA" && words && words !== field.defaultValue && !field.value.includes(words)) field.value = `${words}\n${field.value}`;
}

async function rate() {
  const status = document.getElementById("draft-status"), news = document.getElementById("draft-news");
  const path = form.dataset.draft;
  // What is typed before this script listens is told from what came by what the page was sent with; so no browser may
  // fill in what it remembers of an earlier visit, which the draft knows better. It asks for this when the page is left.
  form.autocomplete = "off";
  const fields = () => [...new FormData(form)].filter(([name]) => !["seen", "device_draft", "reader"].includes(name));
  let draft = (await all()).find((one) => one.path === path);
  if (draft && draft.id === form.dataset.settled) { await forget(draft); draft = null; }
  // What was sent from here and what somebody saved elsewhere since: the page of the service is the later one.
  const served = form.elements.seen.value;
  if (draft && !unsent(draft) && Number(served) > Number(draft.seen)) { await forget(draft); draft = null; }
  draft ??= { id: newId(), who: me, path, title: form.dataset.title, fields: fields(), seen: served, changed: 0, sent: 0, arrived: 0 };
  const fill = (given, typed = new Set()) => {
    const values = new Map();
    for (const [name, value] of given) values.set(name, [...(values.get(name) ?? []), value]);
    for (const field of answers()) {
      const there = values.get(field.name) ?? [];
      if (typed.has(field.name)) addBefore(field, there[0]);
      else if (ticked(field)) field.checked = there.includes(field.value);
      else field.value = there[0] ?? "";
    }
  };
  const early = new Set(answers().filter(isTyped).map((field) => field.name));
  if (draft.changed) fill(draft.fields, early);
  else if (early.size) draft.fields = []; // nothing of it is kept yet
  form.elements.device_draft.value = draft.id;

  let timer = 0, last = unsent(draft) ? "waiting" : draft.closed ? "closed" : "sent", spoken = "sent";
  const saved = () => (here.has(draft.id) ? "Not sent yet: keep this page open." : "Saved on this device.");
  const WORDS = {
    waiting: () => `${saved()} It is sent when there is a signal.`,
    apart: () => `${saved()} You gave other answers on another device.`,
    "signed out": () => `${saved()} Sign in again, and it is sent.`,
    refused: () => `${saved()} It cannot be sent as it is: press “Check your answers” to see why.`,
    closed: () => "This rating is closed: nothing can be sent any more.",
    sent: () => (draft.arrived ? `Sent ${clock(draft.arrived)}.` : ""),
  };
  const cards = [...form.querySelectorAll("fieldset.app-rubric")];
  const notSeen = (card) => Boolean(card.querySelector(".app-level--not-seen input[type=radio]:checked"));
  // "I counted it" without a number is no answer yet.
  const answered = (card) => {
    const number = card.querySelector("input[inputmode]");
    return number && !notSeen(card) ? Boolean(number.value.trim()) : Boolean(card.querySelector("input:checked"));
  };
  function tell() {
    const open = cards.filter((card) => !answered(card)).length, away = cards.filter(notSeen).length;
    const counts = [open ? `${open} not answered` : "all answered", ...(away ? [`${away} not seen`] : [])].join(", ");
    const words = `${unsent(draft) && last === "sent" ? saved() : WORDS[last]()} ${cards.length} ${cards.length > 1 ? "items" : "item"}: ${counts}.`.trim();
    if (status.textContent !== words) status.textContent = words;
    // Read aloud only when something goes wrong or is right again, and not at each letter.
    if (last !== spoken) { spoken = last; news.textContent = WORDS[last](); }
    document.getElementById("draft-apart").hidden = last !== "apart";
    document.getElementById("draft-sign-in").hidden = last !== "signed out";
    steps?.mark();
  }
  async function sending() {
    clearTimeout(timer);
    timer = 0;
    last = await send(draft.id);
    draft = (await all()).find((one) => one.id === draft.id) ?? draft;
    if (last === "sent") form.elements.seen.value = draft.seen;
    if (unsent(draft)) timer = setTimeout(sending, last === "sent" ? SEND_AFTER : TRY_AGAIN);
    tell();
    return last;
  }
  let kept = Promise.resolve();
  function changed() {
    const given = fields();
    // Leaving a field that was typed into says "change" once more.
    if (JSON.stringify(given) === JSON.stringify(draft.fields)) return;
    draft = { ...draft, fields: given, changed: Math.max(Date.now(), draft.changed + 1, draft.sent + 1) };
    status.textContent = "Saving…"; // it says "Saved" or "Sent" of nothing that is not
    const now = draft;
    kept = kept.then(async () => {
      // Another window may have begun the draft of this rating: it is one draft.
      const there = (await all()).find((one) => one.path === path) ?? now;
      const { id, seen, sent, arrived } = there;
      await keep({ ...now, id, seen, sent, arrived });
      draft = { ...draft, id, seen, sent, arrived };
      form.elements.device_draft.value = id;
      tabs.postMessage({ path });
    });
    kept.then(tell);
    if (!timer) timer = setTimeout(sending, SEND_AFTER);
  }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  addEventListener("online", sending);
  addEventListener("beforeunload", (event) => { if (unsent(draft) && here.has(draft.id)) event.preventDefault(); });
  // Whoever comes back finds the page as it was left, just before its answers went to the check.
  addEventListener("pageshow", () => { delete form.dataset.ready; });
  document.addEventListener("visibilitychange", () => { if (document.hidden) kept.then(sending); });
  // Two windows of one device share a draft: what is typed in one shows in the other.
  tabs.addEventListener("message", async ({ data }) => {
    const theirs = data.path === path && (await all()).find((one) => one.path === path);
    if (!theirs || theirs.changed < draft.changed) return; // typed here since, and on its way
    draft = theirs;
    form.elements.device_draft.value = draft.id;
    fill(draft.fields);
    tell();
  });
  // Without a signal the browser would show its own page in place of this one.
  form.addEventListener("submit", async (event) => {
    if (event.submitter?.dataset.apart || form.dataset.ready) return;
    event.preventDefault();
    event.stopPropagation();
    await kept;
    const became = await sending();
    if (!["sent", "refused"].includes(became)) { status.focus(); return; }
    form.dataset.ready = "yes";
    // A form that is still being submitted does not submit again, and nothing above need have taken time:
    // https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#form-submission-algorithm
    await new Promise((later) => setTimeout(later));
    form.requestSubmit(event.submitter);
  });
  const steps = cards.length > 1 ? oneByOne(cards, answered) : null;
  if (early.size) changed();
  tell();
  if (unsent(draft)) await sending();
}

// One item a screen, with a list to jump from.
function oneByOne(cards, answered) {
  const shown = document.createElement("div");
  shown.className = "app-steps";
  const list = document.createElement("details");
  list.className = "govuk-details";
  list.innerHTML = '<summary class="govuk-details__summary"><span class="govuk-details__summary-text"></span></summary><div class="govuk-details__text"><ol class="govuk-list govuk-list--number"></ol></div>';
  const at = list.querySelector("summary span"), items = list.querySelector("ol");
  const button = (words, step) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "govuk-button govuk-button--secondary";
    made.textContent = words;
    made.addEventListener("click", () => show(place + step, true));
    return made;
  };
  const back = button("Previous item", -1), next = button("Next item", 1);
  const links = cards.map((card, number) => {
    const line = document.createElement("li"), link = document.createElement("a"), word = document.createElement("span");
    link.className = "govuk-link";
    link.href = `#${card.querySelector("input, textarea").id}`;
    link.textContent = card.querySelector("legend").textContent;
    link.addEventListener("click", (event) => { event.preventDefault(); list.open = false; show(number, true); });
    line.append(link, word);
    items.append(line);
    return word;
  });
  let place = 0;
  function show(number, moved) {
    place = Math.min(Math.max(number, 0), cards.length - 1);
    cards.forEach((card, one) => { card.hidden = one !== place; });
    at.textContent = `Item ${place + 1} of ${cards.length}`;
    back.hidden = place === 0;
    next.hidden = place === cards.length - 1;
    if (moved) { cards[place].tabIndex = -1; cards[place].focus({ preventScroll: true }); list.scrollIntoView(); }
  }
  cards[0].before(list);
  shown.append(back, next);
  cards.at(-1).after(shown);
  // A problem told on top of the page leads to an item that may not be the one that is shown.
  const target = () => { const found = cards.findIndex((card) => location.hash.length > 1 && card.querySelector(`[id="${CSS.escape(location.hash.slice(1))}"]`)); if (found >= 0) show(found, true); };
  addEventListener("hashchange", target);
  const wrong = cards.findIndex((card) => card.classList.contains("govuk-form-group--error"));
  const open = cards.findIndex((card) => !answered(card));
  show(wrong >= 0 ? wrong : Math.max(open, 0), false);
  target();
  return { mark: () => cards.forEach((card, number) => { links[number].textContent = answered(card) ? "" : " – no answer yet"; }) };
}

// Says of each rating of the page whether it opens here without a signal: the list of assessments has them kept, and it
// may take a moment.
const toKeep = [...document.querySelectorAll("[data-kept]")];
async function tellKept(tries) {
  const found = await Promise.all(toKeep.map((one) => onDevice && caches.match(one.dataset.kept, { cacheName: "ratings" })));
  toKeep.forEach((one, at) => { one.textContent = found[at] ? "Kept on this device." : onDevice ? "Not kept on this device yet." : "Needs a signal here."; });
  if (onDevice && tries && !found.every(Boolean)) setTimeout(tellKept, 1000, tries - 1);
}

async function begin() {
  document.addEventListener("submit", signOut, true);
  addEventListener("online", sendAll);
  await tidy();
  await sendAll();
  await navigator.serviceWorker.register("/service-worker.js");
  (await navigator.serviceWorker.ready).active.postMessage({ who: me, keep: location.pathname });
}
if (onDevice) onDevice = await store("readonly", (drafts) => drafts.count()).then(() => true, () => false);
if (form) rate();
tellKept(10);
if (onDevice) begin();
