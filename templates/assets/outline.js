// Lets modules and activities be moved by dragging. The buttons do the same, and stay for keys and screen readers.

const form = document.querySelector("[data-place]");
let taken = null;
let marked = null;

for (const handle of document.querySelectorAll("[data-drag]")) handle.draggable = true;

function under(target) {
  const on = taken && target.closest(`[data-kind="${taken.dataset.kind}"]`);
  return on && on !== taken && on.dataset.module === taken.dataset.module ? on : null;
}

function mark(on) {
  marked?.classList.remove("app-over");
  marked = on;
  marked?.classList.add("app-over");
}

document.addEventListener("dragstart", (event) => {
  taken = form && event.target.closest?.("[data-drag]")?.closest("[data-kind]");
  if (!taken) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", taken.dataset.name);
});

document.addEventListener("dragover", (event) => {
  mark(under(event.target));
  if (marked) event.preventDefault();
});

document.addEventListener("drop", (event) => {
  const on = under(event.target);
  if (!on) return;
  event.preventDefault();
  const { kind, name, module } = taken.dataset;
  form.elements.do.value = kind === "module" ? "place module" : "place";
  form.elements.module.value = kind === "module" ? name : module;
  form.elements.part.value = kind === "module" ? "" : name;
  form.elements.to.value = on.dataset.name;
  form.requestSubmit();
});

document.addEventListener("dragend", () => {
  mark(null);
  taken = null;
});
