// The queue's drawer: filled when it opens, emptied when it closes, so that nothing is asked for
// while nobody looks. Loaded when it is first opened (studio.js), and by the queue's own page.
import { ask } from './live.js';

const drawer = () => document.getElementById('queue');
const box = () => document.getElementById('queue-box');
let pressed = '';

document.addEventListener('click', (event) => {
  if (event.target === drawer()) drawer().close(); // beside it
  pressed = event.target.closest?.('#queue-box button')?.id ?? '';
});
drawer()?.addEventListener('close', () => {
  box().replaceWith(Object.assign(document.createElement('div'), { id: 'queue-box' }));
  // The link that opened it may have been drawn anew meanwhile: the browser cannot give the focus back by itself.
  const at = document.activeElement;
  if (at === document.body || drawer().contains(at)) document.querySelector('[data-do=queue]')?.focus();
});
document.addEventListener('htmx:after:swap', (event) => {
  if (pressed && event.detail.ctx.sourceElement.closest('#queue-box')) follow();
});

export async function open() {
  if (!drawer().open) drawer().showModal();
  const fresh = (await ask('/queue/'))?.querySelector('#queue-box');
  if (!fresh) return location.assign('/queue/');
  if (!drawer().open) return;
  box().replaceWith(fresh);
  window.htmx?.process(fresh);
}

// After a move the focus stays on what was pressed, or on what can still be pressed beside it; its new place is said.
function follow() {
  const button = document.getElementById(pressed);
  const row = button?.closest('.q-row');
  const free = button && !button.disabled ? button : (row ?? box())?.querySelector('button:not(:disabled)');
  (free ?? drawer()?.querySelector('button'))?.focus();
  const place = row?.querySelector('[data-place]')?.textContent;
  const voice = document.getElementById('queue-said');
  if (voice) voice.textContent = place ? `Now ${place === 'Next' ? 'next' : place} in line` : '';
  pressed = '';
}
