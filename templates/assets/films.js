// Films: sent in parts by tus 1.0, on from where a line broke (https://tus.io/protocols/resumable-upload); jumps to a time.

const PART = 8 * 1024 * 1024;
const WAITS = [1, 2, 4, 8, 15, 30];
const TUS = { "Tus-Resumable": "1.0.0" };

class Told extends Error {}

const pause = (seconds) => new Promise((done) => {
  const timer = setTimeout(finish, seconds * 1000);
  function finish() { clearTimeout(timer); removeEventListener("online", finish); done(); }
  addEventListener("online", finish);
});
const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

// One part, with how much of it is on its way: fetch does not tell.
function send(address, file, at, moved) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("PATCH", address);
    for (const [name, value] of Object.entries({ ...TUS, "Upload-Offset": at, "Content-Type": "application/offset+octet-stream" })) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => moved(at + event.loaded));
    request.addEventListener("load", () => done(request));
    request.addEventListener("error", () => failed(new Error("line")));
    request.addEventListener("abort", () => failed(new Error("line")));
    request.send(file.slice(at, at + PART));
  });
}

// What the service says by these is said to the person; everything else may pass, and is tried again.
const final = (status) => [400, 401, 403, 404, 410, 413, 422, 507].includes(status);

async function offset(address) {
  const answer = await fetch(address, { method: "HEAD", headers: TUS, redirect: "manual" });
  if (answer.type === "opaqueredirect") throw new Told("You are signed out. Sign in, and choose the same film again.");
  if (final(answer.status)) throw new Told("This film is not being sent any more. Look at your films.");
  if (!answer.ok) throw new Error("line");
  return Number(answer.headers.get("Upload-Offset"));
}

async function whole(address, file, moved, wait) {
  for (let tries = 0; ;) {
    try {
      let at = await offset(address);
      do {
        const answer = await send(address, file, at, moved);
        if (final(answer.status)) throw new Told(answer.responseText.slice(0, 300));
        if (answer.status !== 204) throw new Error("line");
        at = Number(answer.getResponseHeader("Upload-Offset"));
        tries = 0;
        moved(at);
      } while (at < file.size);
      return;
    } catch (error) {
      if (error instanceof Told) throw error;
      await wait(WAITS[Math.min(tries++, WAITS.length - 1)]);
    }
  }
}

async function begun(form, file) {
  if (form.dataset.size) {
    if (file.size !== Number(form.dataset.size)) throw new Told(`This is another film. Choose ${form.dataset.name}.`);
    return form.dataset.upload;
  }
  if (file.size > Number(form.dataset.most)) throw new Told("This film is larger than 2 GB. Cut it, or film with a lower quality.");
  const said = { filename: file.name, held: form.elements.held.value, assessment: form.elements.assessment?.value ?? "" };
  const metadata = Object.entries(said).map(([name, value]) => `${name} ${base64(value)}`).join(",");
  const answer = await fetch(form.dataset.upload, { method: "POST", headers: { ...TUS, "Upload-Length": file.size, "Upload-Metadata": metadata } });
  if (answer.status !== 201) {
    const plain = answer.headers.get("Content-Type")?.startsWith("text/plain");
    throw new Told(plain ? await answer.text() : "This does not work just now. Try again in a minute.");
  }
  return answer.headers.get("Location");
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  const words = form.querySelector("[data-upload-words]"), bar = form.querySelector("progress"), button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    const [file] = form.elements.file.files;
    event.preventDefault();
    if (!file) { words.textContent = "Choose a film."; return; }
    button.disabled = true;
    form.querySelector("[data-upload-bar]").hidden = false;
    const leaving = (leave) => leave.preventDefault();
    addEventListener("beforeunload", leaving);
    const moved = (at) => {
      bar.value = (at * 100) / file.size;
      const percent = `${Math.floor((at * 100) / file.size)} percent`;
      if (words.textContent !== percent) words.textContent = percent;
    };
    try {
      const address = await begun(form, file), page = address.replace(/\/upload$/, "");
      history.replaceState(null, "", page);  // loaded again, the page says how to go on
      await whole(address, file, moved, async (seconds) => {
        words.textContent = "The line is broken. It goes on by itself; leave this page open.";
        await pause(seconds);
      });
      removeEventListener("beforeunload", leaving);
      location.assign(page);
    } catch (error) {
      removeEventListener("beforeunload", leaving);
      words.textContent = error instanceof Told ? error.message : "This does not work just now. Try again in a minute.";
      button.disabled = false;
    }
  });
}

const film = document.querySelector("video.app-film"), at = document.querySelector("input[name=at]");
const written = (seconds) => {
  const whole = Math.floor(seconds), rest = String(whole % 60).padStart(2, "0"), minutes = Math.floor(whole / 60);
  return minutes >= 60 ? `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
};
film?.addEventListener("timeupdate", () => {
  if (at && document.activeElement !== at) at.value = written(film.currentTime);
});
for (const jump of document.querySelectorAll("a[data-jump]")) {
  jump.addEventListener("click", (event) => {
    const shown = document.getElementById(jump.dataset.film);
    if (!shown) return;
    event.preventDefault();
    shown.currentTime = Number(jump.dataset.jump);
    shown.focus();
  });
}
