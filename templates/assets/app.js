// What the pages gain from script: focus on problems, autosave, one press one send, links to copy, a word before work is lost, frame height.

const now = () => new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
const LONG_DATES = { en: "en-GB", cy: "cy" };
const AUTOSAVE_EVERY = 20_000;

document.querySelector("[data-problems]")?.focus();

for (const place of document.querySelectorAll("[data-printed]")) {
  place.textContent = `${location.href} · ${new Date().toLocaleDateString(LONG_DATES[document.documentElement.lang], { dateStyle: "long" })}`;
}

// A second press within two seconds would send the form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 2000);
});

function autosave(form) {
  const status = document.createElement("p");
  status.className = "app-saved";
  status.setAttribute("role", "status");
  form.prepend(status);
  let changed = false, last = 0, timer = 0, leaving = false;

  async function save() {
    clearTimeout(timer);
    timer = 0;
    const wait = last + AUTOSAVE_EVERY - Date.now();
    if (!changed) return;
    if (wait > 0) { timer = setTimeout(save, wait); return; }
    last = Date.now();
    changed = false;
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.dataset.autosave, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
      if (answer.status === 409) {
        status.textContent = "Not saved: there are other answers from another window. Look there, or open this page again.";
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      if (form.elements.seen) form.elements.seen.value = answer.headers.get("Draft");
      status.textContent = `Saved ${now()}`;
    } catch {
      changed = true;
      status.textContent = "Not saved yet. We try again while this page is open.";
      timer = setTimeout(save, AUTOSAVE_EVERY);
    }
  }

  form.addEventListener("input", () => { changed = true; if (!timer) timer = setTimeout(save, AUTOSAVE_EVERY); });
  form.addEventListener("focusout", save);
  form.addEventListener("submit", () => { leaving = true; clearTimeout(timer); });
  addEventListener("beforeunload", (event) => { if (changed && !leaving) event.preventDefault(); });
}
document.querySelectorAll("form[data-autosave]").forEach(autosave);

// How far work is that goes on in the background: looked up again and again, and the whole page once it has ended.
const PROGRESS_EVERY = 3000;
async function follow(place) {
  const answer = await fetch(place.dataset.progress).catch(() => null);
  const fresh = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(place.id) : place;
  if (!fresh?.dataset.progress) { location.reload(); return; }
  if (fresh !== place) place.replaceChildren(...fresh.childNodes);
  setTimeout(follow, PROGRESS_EVERY, place);
}
document.querySelectorAll("[data-progress]").forEach((place) => setTimeout(follow, PROGRESS_EVERY, place));

// A link to copy, where the browser can.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
  });
}

// Work typed into a long form without autosave is guarded too.
for (const form of document.querySelectorAll("form[data-guard]")) {
  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}

// An LMS that listens makes the frame as high as the page.
if (window.parent !== window) {
  let told = 0;
  const tell = () => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (Math.abs(height - told) < 8) return;
    told = height;
    window.parent.postMessage({ subject: "lti.frameResize", height }, "*");
  };
  new ResizeObserver(tell).observe(document.body);
  tell();
}
