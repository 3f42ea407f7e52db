// The device's own sheet of ways to share, and its printer: each button shows only where the browser can do it.

for (const button of document.querySelectorAll("[data-share]")) {
  const said = { title: button.dataset.title, url: button.dataset.share };
  button.hidden = !navigator.canShare?.(said);
  button.addEventListener("click", () => navigator.share(said).catch((error) => {
    if (error.name !== "AbortError") throw error; // closed without sharing
  }));
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
