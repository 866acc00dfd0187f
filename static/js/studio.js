// The studio: composer, live tiles, and what is fetched only when somebody wants it.
import { away } from './away.js';
import { composer } from './composer.js';
import { plain } from './keys.js';
import './lightbox.js';
import { live } from './live.js';
import { clock } from './tiles.js';

composer();
clock();
live();
away();

// Alt+Up goes back through earlier prompts, Alt+Down forth again; Up alone does in an empty prompt.
document.addEventListener('keydown', (event) => {
  const step = { ArrowUp: 1, ArrowDown: -1 }[event.key], box = event.target;
  if (!step || box.id !== 'prompt' || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (!event.altKey && !(step === 1 && !box.value)) return;
  event.preventDefault();
  import('./past.js').then(({ walk }) => walk(box, step), () => {});
});
document.getElementById('p-past')?.addEventListener('beforetoggle', () => import('./past.js').catch(() => {}));

document.addEventListener('click', (event) => {
  // A menu goes when something in it was chosen.
  const chosen = event.target.closest?.('.menu :is(a, button)')?.closest('.run-menu, #tile-menu');
  if (chosen) setTimeout(() => chosen.hidePopover());
  const link = plain(event) && event.target.closest?.('[data-do=queue], [data-do=more]');
  if (!link) return;
  event.preventDefault();
  const module = link.dataset.do === 'queue' ? import('./queue.js') : import('./menu.js');
  module.then(({ open }) => open(link), () => location.assign(link.href));
});
