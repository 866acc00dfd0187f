// A picture's view, on its own page and in the lightbox: its keys, and the parts that need a script.
// Every key presses a link or a button that is there anyway; nothing fires while someone is typing.
import { lettersOff, plain, typing } from './keys.js';
import { FAILED, post } from './post.js';
import { parsed, toast, toastOf } from './toast.js';
import { zoomable } from './zoom.js';

const keys = {
  ArrowLeft: '.nav-b.prev:not([hidden])',
  ArrowRight: '.nav-b.next:not([hidden])',
  Escape: '.lb-close',
  Delete: '[data-do=trash]',
  f: '[data-do=favourite]',
  d: '[data-do=download]',
  e: '[data-do=collect]',
  i: '[data-do=info]',
  z: '[data-do=zoom]',
  c: '#say',
  r: '[data-do=remix]',
  R: '[data-do=rerun]',
};
const view = () => document.querySelector('.view');
let alone = false; // the picture without its panel, as it was left

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || !view()) return;
  if (event.target.matches('.talk textarea')) return write(event);
  if (event.metaKey || event.ctrlKey || event.altKey || typing(event.target)) return;
  if (event.key.length === 1 && lettersOff()) return;
  // Escape closes whatever is open above the picture.
  if (document.querySelector(':popover-open, dialog[open]:not(.lightbox)')) return;
  const found = keys[event.key] && view().querySelector(keys[event.key]);
  if (!found) return;
  event.preventDefault();
  if (found.matches('textarea')) found.focus();
  else found.click();
});

// As in the composer: Ctrl or Cmd with Enter sends, Escape leaves, and what was written stays.
function write(event) {
  if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) event.target.form.requestSubmit();
  else if (event.key === 'Escape') event.target.blur();
  else return;
  event.preventDefault();
}

document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-do=info]')) return;
  alone = !alone;
  lay(view());
});

function lay(shown) {
  shown.classList.toggle('alone', alone);
  shown.querySelector('[data-do=info]').setAttribute('aria-pressed', alone);
}

// What was just said stands above the box it was written in. After a change the focus stays with the comment.
let said = null; // the form; htmx itself names what took its place
document.addEventListener('submit', (event) => (said = event.target.closest('.talk form')));
document.addEventListener('htmx:after:swap', (event) => {
  pinnable(document.getElementById('comments'));
  if (!said || event.detail.ctx.sourceElement.id !== 'comments') return;
  const own = said.closest('.comments li'), now = own && document.getElementById(own.id);
  if (!own) document.querySelector('.comments li:last-child')?.scrollIntoView({ block: 'nearest' });
  else (now?.querySelector('[aria-invalid]') ?? now?.querySelector('summary') ?? document.getElementById('say')).focus();
  said = null;
});

// Pins, and names after an @: fetched when somebody wants them. A pin and its comment lead to each other; the address
// is the picture's own, which the lightbox would take for another picture.
document.addEventListener('click', (event) => {
  const part = plain(event) && event.target.closest?.('[data-do=pin], [data-do=unpin], .pin, .pin-n');
  if (!part) return;
  event.preventDefault();
  import('./pins.js').then(({ place, unpin, jump }) => ({ pin: place, unpin }[part.dataset.do] ?? jump)(part));
}, true);
document.addEventListener('toggle', ({ target }) => {
  const form = !target.open && document.querySelector('.pin-new, .pin[hidden]') && target.querySelector?.('form:has([data-pin])');
  if (form) import('./pins.js').then(({ forget }) => forget(form));
}, true);
document.addEventListener('focusin', ({ target }) => {
  if (target.matches('.talk[data-people] textarea')) import('./mention.js').then(({ offer }) => offer(target));
});

// A pin needs a script, so its buttons only show with one.
function pinnable(talk) {
  for (const button of talk?.querySelectorAll('[data-do=pin], [data-do=unpin]') ?? []) {
    button.hidden = button.dataset.do === 'unpin' && !button.form.spot_x.value;
    const refused = button.form.matches('.say') || button.form.querySelector('[aria-invalid]');
    if (button.dataset.do === 'pin' && refused && button.form.spot_x.value) import('./pins.js').then(({ again }) => again(button));
  }
}

// Into a collection, or out of one: sent from here, and the view then says where its picture hangs.
document.addEventListener('submit', async (event) => {
  const form = event.target, button = event.submitter;
  if (!form.matches('.view .keep')) return;
  event.preventDefault();
  const shown = form.closest('.view');
  const answer = await post(button.getAttribute('formaction') ?? form.getAttribute('action'), new FormData(form, button));
  form.querySelector('.collect').hidePopover();
  if (!answer) return toast(FAILED);
  toastOf(parsed(await answer.text()), () => hangs(shown));
  hangs(shown);
});

async function hangs(shown) {
  document.dispatchEvent(new Event('picture:collected'));
  const fresh = await fetched(`/images/${shown.dataset.image}/`);
  if (fresh) for (const part of ['.collect', '.hangs']) shown.querySelector(part).replaceWith(fresh.querySelector(part));
}

// A picture's view as the server draws it now; null where it is gone, or the server.
export async function fetched(address) {
  try {
    const response = await fetch(address, { headers: { 'HX-Request': 'true' } });
    if (!response.ok || response.redirected) return null;
    const sheet = document.createElement('template');
    sheet.innerHTML = await response.text();
    return sheet.content.querySelector('.view');
  } catch {
    return null;
  }
}

// What a fresh view needs, once it is in the page.
export function dress(shown) {
  lay(shown);
  pinnable(shown);
  zoomable(shown.querySelector('.hero'), (way) => shown.querySelector(way > 0 ? keys.ArrowRight : keys.ArrowLeft)?.click());
}
