// Passkeys: a form with data-passkey asks the browser for a credential before it is sent. What to ask stands in the
// page, or is fetched from the form's own address. Hidden where the browser has no passkeys.

const known = window.PublicKeyCredential?.parseRequestOptionsFromJSON !== undefined;

for (const form of document.querySelectorAll('[data-passkey]')) {
  if (!known) break;
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    ask(form);
  });
}
if (known) for (const note of document.querySelectorAll('[data-passkey-instead]')) note.hidden = true;

async function ask(form) {
  const wrong = form.querySelector('[data-passkey-wrong]');
  wrong.hidden = true;
  try {
    const credential = form.dataset.passkey === 'create' ? await create(form) : await get(form);
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  } catch (error) {
    wrong.textContent =
      error.name === 'InvalidStateError' ? 'This device has a passkey for you already.' : 'That did not work. Try again.';
    wrong.hidden = false;
  }
}

function create(form) {
  const { publicKey } = asked().creation_options;
  const alone = form.elements.passwordless.checked;
  const wanted = publicKey.authenticatorSelection;
  wanted.residentKey = alone ? 'required' : 'discouraged';
  wanted.requireResidentKey = alone;
  if (alone) wanted.userVerification = 'required';
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) });
}

async function get(form) {
  const { publicKey } = (asked() ?? (await fetched(form.action))).request_options;
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
}

function asked() {
  const block = document.getElementById('passkey');
  return block && JSON.parse(block.textContent);
}

async function fetched(address) {
  const response = await fetch(address, { headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Error(`${response.status}`);
  return response.json();
}
