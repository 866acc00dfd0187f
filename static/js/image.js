// Keys of the picture page. Every one presses a link or a button that is there anyway; nothing fires while someone is typing.
import { lettersOff, typing } from './keys.js';

const press = (selector) => () => document.querySelector(selector);
const keys = {
  ArrowLeft: press('.nav-b.prev'),
  ArrowRight: press('.nav-b.next'),
  Escape: press('.lb-close'),
  d: press('[data-do=download]'),
  i: press('[data-do=info]'),
  r: press('[data-do=remix]'),
  R: press('[data-do=rerun]'),
};

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || typing(event.target)) return;
  if (event.key.length === 1 && lettersOff()) return;
  // Arrows scroll the panel while it has the focus, and Escape closes whatever is open above the page.
  if (event.key.startsWith('Arrow') && event.target.closest('.panel') && event.target.tabIndex !== 0) return;
  if (event.key === 'Escape' && document.querySelector(':popover-open, dialog[open]')) return;
  const found = keys[event.key]?.();
  if (!found) return;
  event.preventDefault();
  found.click();
});

const info = document.querySelector('[data-do=info]');
if (info) {
  info.hidden = false;
  info.addEventListener('click', () => {
    const alone = info.closest('.view').classList.toggle('alone');
    info.setAttribute('aria-pressed', alone);
  });
}
