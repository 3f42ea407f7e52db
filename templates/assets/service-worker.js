// Keeps the pages of the ratings that somebody has to do, so that they open without a signal; nothing else is kept.

const PAGES = "ratings";
const RATING = /^\/assessments(\/[0-9a-f-]{36}(\/rate)?)?$/;
// What is kept of them: a result that somebody looks at is none of it.
const KEPT = /^\/assessments(\/[0-9a-f-]{36}\/rate)?$/;
const PATIENCE = 5000;
const OWNER = "/assessments/owner";
const NOTHING = "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>No signal</title><body style=\"font-family: system-ui; padding: 1rem\"><h1>No signal</h1><p>This page was not kept on this device. Your answers are. <a href=\"/assessments\">Go to your assessments</a>.</p>";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/assets/")) event.respondWith(asset(request));
  else if (request.mode === "navigate" && RATING.test(url.pathname)) event.respondWith(page(request, url));
});

self.addEventListener("message", (event) => event.waitUntil(told(event.data)));

async function asset(request) {
  return (await (await caches.open(PAGES)).match(request)) ?? fetch(request);
}

async function page(request, url) {
  const pages = await caches.open(PAGES);
  const cards = `${url.pathname}/rate`;
  const kept = (await pages.match(url.pathname)) ?? ((await pages.match(cards)) && Response.redirect(cards));
  try {
    const fresh = fetch(request);
    if (!kept) return await fresh;
    // A line that is there and carries nothing: rather an older page than none.
    const answer = await Promise.race([fresh, new Promise((_, late) => setTimeout(late, PATIENCE, new Error("slow")))]);
    if (answer.status >= 502) throw new Error("the service is away");
    if (answer.ok && !answer.redirected && !url.search && KEPT.test(url.pathname)) await put(pages, url.pathname, answer.clone());
    return answer;
  } catch {
    return kept ?? new Response(NOTHING, { status: 503, headers: { "Content-Type": "text/html" } });
  }
}

async function told({ who, keep, forget }) {
  if (forget !== undefined) await forgotten(forget);
  if (!who) return;
  const owner = await caches.match(OWNER, { cacheName: PAGES });
  if (owner && (await owner.text()) !== who) await caches.delete(PAGES);
  if (!keep || !RATING.test(keep)) return;
  const pages = await caches.open(PAGES);
  await pages.put(OWNER, new Response(who));
  try {
    const list = await kept(pages, "/assessments");
    if (!list) return;
    const ratings = new Set([keep, "/assessments"]);
    for (const [, path] of list.matchAll(/href="([^"]+)" data-keep/g)) ratings.add(path).add(`${path}/rate`);
    // What is handed in, cancelled or handed on is not kept any longer.
    for (const { url } of await pages.keys()) {
      const { pathname } = new URL(url);
      if (KEPT.test(pathname) && !ratings.has(pathname)) await pages.delete(pathname);
    }
    // What is open goes first: whoever has opened it may be on the way.
    if (keep.endsWith("/rate")) await kept(pages, keep);
    for (const path of ratings) if (!path.endsWith("/rate") && path !== "/assessments") await kept(pages, path);
  } catch { /* no signal: what was kept before is there */ }
}

// What a page needs goes first: one without its script would take answers and not keep them.
async function kept(pages, path) {
  const answer = await fetch(path);
  const at = new URL(answer.url).pathname;
  if (!answer.ok || !KEPT.test(at)) return "";
  const text = await answer.clone().text();
  for (const [, address] of text.matchAll(/"(\/assets\/[^"]+)"/g)) {
    if (!(await pages.match(address))) await pages.add(address);
  }
  await put(pages, at, new Response(text, { headers: answer.headers }));
  return text;
}

// The day by which a page goes is that of the device, whose clock may be wrong by weeks.
async function put(pages, at, answer) {
  const headers = new Headers(answer.headers);
  headers.set("Date", new Date().toUTCString());
  await pages.put(at, new Response(await answer.blob(), { headers }));
}

// Pages older than a moment go; those of somebody who signs out, all of them.
async function forgotten(before) {
  if (before === Infinity) { await caches.delete(PAGES); return; }
  const pages = await caches.open(PAGES);
  for (const request of await pages.keys()) {
    const made = Date.parse((await pages.match(request)).headers.get("Date") ?? "");
    if (made < before && RATING.test(new URL(request.url).pathname)) await pages.delete(request);
  }
}
