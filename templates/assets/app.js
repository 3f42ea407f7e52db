// What the pages gain from script: focus on problems, one press one send, links to copy, a word before work is lost, frame height.

const LONG_DATES = { en: "en-GB", cy: "cy" };

document.querySelector("[data-problems]")?.focus();

for (const place of document.querySelectorAll("[data-printed]")) {
  place.textContent = `${location.href} · ${new Date().toLocaleDateString(LONG_DATES[document.documentElement.lang], { dateStyle: "long" })}`;
}

// Somebody else may have rated on this device before: what it kept for them goes (service-worker.js).
const reader = document.body.dataset.reader;
if (reader) navigator.serviceWorker?.controller?.postMessage({ who: reader });

// A second press within two seconds would send the form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 2000);
});

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
