// One tab stop in the library, arrows inside it. Geometry is read from the layout, so rows may be of any height;
// only the leaf in hand and its two neighbours are measured, so the cost stays flat as the library grows.
import { bring, watch } from './leaves.js';
import './more.js';

const links = (root) => [...root.querySelectorAll('.tile-a')];
let current = null;

function settle() {
  const grid = document.querySelector('[data-grid]');
  if (!grid) return;
  watch(grid);
  if (!current?.isConnected) current = seen(grid);
  for (const link of links(grid)) hold(link, link === current);
}

function seen(grid) {
  const all = links(grid);
  return all.find((link) => link.getBoundingClientRect().bottom > 0) ?? all[0];
}

function hold(link, inOrder) {
  const tabIndex = inOrder ? 0 : -1;
  for (const other of link.parentElement.querySelectorAll('a, button, input')) other.tabIndex = tabIndex;
}

function near(link) {
  bring(link.pathname.split('/')[2]);
  const leaf = link.closest('[data-leaf]');
  const around = [leaf.previousElementSibling, leaf, leaf.nextElementSibling].filter((other) => other?.matches('[data-leaf]'));
  return around.flatMap(links);
}

function below(link, all, down) {
  const from = link.getBoundingClientRect();
  const middle = from.left + from.width / 2;
  let best = null;
  let least = Infinity;
  for (const other of all) {
    const box = other.getBoundingClientRect();
    const gap = down ? box.top - from.top : from.top - box.top;
    if (gap < 4) continue;
    const distance = gap * 4 + Math.abs(box.left + box.width / 2 - middle);
    if (distance < least) [least, best] = [distance, other];
  }
  return best;
}

document.addEventListener('keydown', (event) => {
  const link = event.target.closest?.('[data-grid] .tile-a');
  if (!link || event.metaKey || event.ctrlKey || event.altKey || !event.key.startsWith('Arrow')) return;
  const all = near(link);
  const at = all.indexOf(link);
  const to = {
    ArrowRight: () => all[at + 1],
    ArrowLeft: () => all[at - 1],
    ArrowDown: () => below(link, all, true),
    ArrowUp: () => below(link, all, false),
  }[event.key]();
  if (!to) return;
  event.preventDefault();
  hold(current, false);
  current = to;
  hold(to, true);
  to.focus();
});

document.addEventListener('focusin', (event) => {
  const link = event.target.closest?.('[data-grid] .tile-a');
  if (!link || link === current) return;
  if (current) hold(current, false);
  current = link;
  hold(link, true);
});

settle();
// htmx brings older pictures, or others; which of its events says so differs between versions, the page itself does not.
const shelf = document.getElementById('main');
if (shelf) new MutationObserver(settle).observe(shelf, { childList: true, subtree: true });

// The address holds only what was chosen.
document.addEventListener('formdata', (event) => {
  if (event.target.id !== 'filters') return;
  for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
});
