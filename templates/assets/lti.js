/* Posts a page's form at once, and keeps a login's proof in the LMS's own storage where cookies are blocked. */
const WAIT_MS = 3000, AGAIN_MS = 700;

for (const form of document.querySelectorAll("form[data-post-at-once]")) form.submit();

/* The storage of an LMS is asked in the words of both specifications; the frame is named, the origin is exact.
   Sources: LTI Client Side postMessages 0.1 and Platform Storage 0.1 (lti.*); their drafts (org.imsglobal.lti.*). */
const WORDS = ["lti", "org.imsglobal.lti"];

function ask(frameName, origin, verb, message) {
  return new Promise((resolve) => {
    const host = window.opener || window.parent;
    const waiting = new Map(), asked = new Set();
    const timer = setTimeout(() => done(null), WAIT_MS);
    // The frame that keeps it may not have loaded yet.
    const again = setInterval(() => asked.forEach(sendTo), AGAIN_MS);

    function send(target, subject, rest) {
      const id = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16)).join("-");
      waiting.set(id, subject);
      target.postMessage({ ...rest, subject, message_id: id }, origin);
    }
    function frame(name) {
      try { return (name && name !== "_parent" && host.frames[name]) || host; } catch { return host; }
    }
    function sendTo(name) {
      asked.add(name);
      for (const words of WORDS) send(frame(name), `${words}.${verb}`, message);
    }
    function heard({ origin: from, data: said }) {
      const subject = said && waiting.get(said.message_id);
      if (from !== origin || !subject || said.subject !== `${subject}.response` || said.error) return;
      if (!subject.endsWith(".capabilities")) { if (verb === "put_data" || said.value) done(said); return; }
      // An LMS may keep it in another frame than the one that it named at the login.
      for (const one of said.supported_messages || []) if (one.frame && !asked.has(one.frame) && String(one.subject).endsWith(verb)) sendTo(one.frame);
    }
    function done(answer) { clearTimeout(timer); clearInterval(again); window.removeEventListener("message", heard); resolve(answer); }

    window.addEventListener("message", heard);
    sendTo(frameName);
    for (const words of WORDS) send(host, `${words}.capabilities`, {});
  });
}

const put = document.querySelector("[data-lti-put]");
if (put) {
  const { frame, origin, key, value, onward, without } = put.dataset;
  ask(frame, origin, "put_data", { key, value }).then((kept) => location.replace(kept ? onward : without));
}

const get = document.querySelector("form[data-lti-get]");
if (get) {
  const { frame, origin, key } = get.dataset;
  ask(frame, origin, "get_data", { key }).then((said) => {
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
