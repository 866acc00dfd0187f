// A short word at the foot of the page, read out politely. It stays for six seconds, and for as long as somebody
// points at it or has the focus in it. `undo`: { address, body, done }, sent when its button is pressed.
import { post } from './post.js';

const LASTS_MS = 6000, LATER = 'toast';

export function toast(text, { undo } = {}) {
  const note = document.createElement('div');
  note.className = 'toast';
  const words = document.createElement('span');
  words.textContent = text;
  note.append(words);
  if (undo) note.append(button(note, undo));
  document.querySelector('.toasts').append(note);
  let leaving;
  const stay = () => clearTimeout(leaving);
  const leave = () => {
    stay();
    leaving = setTimeout(() => (note.matches(':hover, :focus-within') ? leave() : note.remove()), LASTS_MS);
  };
  for (const kind of ['pointerenter', 'focusin']) note.addEventListener(kind, stay);
  for (const kind of ['pointerleave', 'focusout']) note.addEventListener(kind, leave);
  leave();
  return note;
}

// What a form of templates/images/_undo.html says and sends; one that asks first is asked above the page.
export function toastOf(form, done) {
  if ('ask' in form.dataset) {
    const said = (html, failed) => (html ? (toastOf(parsed(html), done), done?.()) : toast(failed));
    return void import('./ask.js').then(({ ask }) => ask(form, said));
  }
  const undo = { address: form.getAttribute('action'), body: new FormData(form), done };
  return toast(form.querySelector('[data-words]').textContent, form.querySelector('button') ? { undo } : {});
}

// For the page that comes next.
export function toastLater(form) {
  sessionStorage.setItem(LATER, form.outerHTML);
}

export function toasts() {
  const kept = sessionStorage.getItem(LATER);
  sessionStorage.removeItem(LATER);
  if (kept) toastOf(parsed(kept), () => location.reload());
}

export function parsed(html) {
  const sheet = document.createElement('template');
  sheet.innerHTML = html;
  return sheet.content.querySelector('form');
}

function button(note, { address, body, done }) {
  const undo = document.createElement('button');
  undo.type = 'button';
  undo.textContent = 'Undo';
  undo.addEventListener('click', async () => {
    const focused = undo === document.activeElement; // a button loses the focus where it is disabled
    undo.disabled = true;
    const answer = await post(address, body);
    if (!answer) {
      undo.disabled = false;
      toast('That could not be undone just now. Please try again.');
      return;
    }
    note.remove();
    done?.();
    if (focused) (document.querySelector('.lightbox[open]') ?? document.getElementById('main')).focus({ preventScroll: true });
  });
  return undo;
}
