// Passkeys: a form that asks the browser for one, or to make one, and sends its answer as text.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

async function answered(kind, asked) {
  const publicKey = { ...asked, challenge: bytes(asked.challenge) };
  if (kind === "create") {
    publicKey.user = { ...asked.user, id: bytes(asked.user.id) };
    publicKey.excludeCredentials = known(asked.excludeCredentials);
  } else publicKey.allowCredentials = known(asked.allowCredentials);
  const found = await navigator.credentials[kind]({ publicKey });
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (found.response[name]) response[name] = text(found.response[name]);
  }
  return { id: found.id, rawId: text(found.rawId), type: found.type, clientExtensionResults: {}, response };
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  document.querySelectorAll("[data-without-passkey]").forEach((one) => { one.hidden = true; });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const status = form.querySelector("[role=status]");
    try {
      form.elements.answer.value = JSON.stringify(await answered(form.dataset.passkey, JSON.parse(form.dataset.options)));
    } catch (error) {
      status.textContent = error.name === "InvalidStateError" ? "This device has a passkey for you already." : "That was stopped, or took too long. Nothing was done. You can try again.";
      return;
    }
    form.submit();
  });
}
