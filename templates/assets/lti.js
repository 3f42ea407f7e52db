/* Posts a page's form at once, and keeps a login's proof in the LMS's own storage where cookies are blocked. */
const WAIT_MS = 3000;

for (const form of document.querySelectorAll("form[data-post-at-once]")) form.submit();

/* Source: LTI Client Side postMessages 1.0 and LTI Platform Storage 0.1: the frame is named, the origin is exact. */
function ask(frameName, origin, message) {
  return new Promise((resolve) => {
    const host = window.opener || window.parent;
    let frame = host;
    try { if (frameName && frameName !== "_parent") frame = host.frames[frameName] || host; } catch { frame = host; }
    const id = crypto.randomUUID ? crypto.randomUUID() : String(Math.random());
    const timer = setTimeout(() => done(null), WAIT_MS);
    function done(answer) { clearTimeout(timer); window.removeEventListener("message", heard); resolve(answer); }
    function heard(event) {
      const said = event.data;
      if (event.origin !== origin || !said || said.message_id !== id) return;
      if (said.subject === `${message.subject}.response`) done(said.error ? null : said);
    }
    window.addEventListener("message", heard);
    frame.postMessage({ ...message, message_id: id }, origin);
  });
}

const put = document.querySelector("[data-lti-put]");
if (put) {
  const { frame, origin, key, value, onward } = put.dataset;
  ask(frame, origin, { subject: "lti.put_data", key, value }).then(() => location.replace(onward));
}

const get = document.querySelector("form[data-lti-get]");
if (get) {
  const { frame, origin, key } = get.dataset;
  ask(frame, origin, { subject: "lti.get_data", key }).then((said) => {
    get.elements.value.value = said && typeof said.value === "string" ? said.value : "";
    get.submit();
  });
}

/* Source: LTI Dynamic Registration 1.0, 3.6: the window is closed by the platform, told at its exact origin. */
const close = document.querySelector("[data-lti-close]");
if (close) {
  const tell = () => (window.opener || window.parent).postMessage({ subject: "org.imsglobal.lti.close" }, close.dataset.origin);
  close.querySelector("button").addEventListener("click", tell);
  tell();
}
