// Writing in a file of a draft: saved by itself, checked as one writes, and shown beside as a learner will see it.

const PAUSE = 1200; // after the last letter
const LONGEST = 10000; // while somebody types without a pause; at most 20 seconds of words are lost with the browser
const form = document.querySelector("[data-editor]");
const text = form?.elements.text;
const status = form?.querySelector("[data-status]");
const frame = document.querySelector("[data-preview]");
const mistakes = document.getElementById("mistakes");
let saved = text?.value, sending = false, again = false, pause, since = 0;

function goTo(line, quote) {
  const lines = text.value.split("\n"), at = quote ? text.value.indexOf(quote) : -1;
  const begin = at >= 0 ? at : lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  const length = (at >= 0 ? quote : lines[line - 1] ?? "").length;
  text.focus();
  text.setSelectionRange(begin, begin + length);
  text.scrollTop = (text.scrollHeight / lines.length) * Math.max(0, line - 4);
}

function listed(found, name) {
  const list = document.createElement("ul");
  list.className = `govuk-list ${name}`;
  for (const one of found) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "app-plain-button", textContent: `Line ${one.line}` });
    button.dataset.line = one.line;
    button.dataset.quote = one.quote ?? "";
    const item = document.createElement("li");
    item.append(button, `: ${one.words}`);
    list.append(item);
  }
  return list;
}

function tell(found, advised) {
  const heading = Object.assign(document.createElement("h2"), { className: "govuk-heading-s", textContent: "Worth a look" });
  document.getElementById("advice").replaceChildren(...(advised.length ? [heading, listed(advised, "app-advice")] : []));
  const nothing = Object.assign(document.createElement("p"), { className: "govuk-body", textContent: "The check finds nothing wrong in this file." });
  mistakes.replaceChildren(found.length ? listed(found, "app-mistakes") : nothing);
}

function show() {
  if (!frame) return;
  const at = frame.contentWindow.scrollY;
  frame.addEventListener("load", () => frame.contentWindow.scrollTo(0, at), { once: true });
  frame.contentWindow.location.reload();
}

async function save() {
  clearTimeout(pause);
  if (sending) { again = true; return; }
  if (text.value === saved) return;
  sending = true;
  const words = text.value, given = new FormData();
  given.set("text", words);
  given.set("revision", form.elements.revision.value);
  try {
    const answer = await fetch(form.action, { method: "POST", body: given, headers: { Accept: "application/json" } });
    if (answer.status === 409) { saved = text.value; form.requestSubmit(form.querySelector("button[value=save]")); return; }
    if (!answer.ok) throw new Error(answer.status);
    const told = await answer.json();
    form.elements.revision.value = told.revision;
    saved = words;
    since = 0;
    status.textContent = `Saved ${told.saved}.`;
    tell(told.mistakes, told.advice);
    show();
  } catch {
    status.textContent = "Not saved yet: the service does not answer. It is tried again in a moment.";
    pause = setTimeout(save, 5000);
  } finally {
    sending = false;
    if (again) { again = false; save(); }
  }
}

if (form && status) {
  text.addEventListener("input", () => {
    status.textContent = "Not saved yet.";
    since ||= Date.now();
    clearTimeout(pause);
    if (Date.now() - since > LONGEST) save(); else pause = setTimeout(save, PAUSE);
  });
  form.addEventListener("submit", () => { form.elements.cursor.value = text.selectionEnd || ""; clearTimeout(pause); saved = text.value; });
  addEventListener("beforeunload", (event) => { if (text.value !== saved) { save(); event.preventDefault(); } });
}
form?.addEventListener("click", (event) => { if (event.target.dataset.line) goTo(Number(event.target.dataset.line), event.target.dataset.quote); });
const line = Number(new URLSearchParams(location.search).get("line"));
if (text && line) goTo(line);
