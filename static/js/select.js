// Many pictures at once: boxes, X, Shift and ranges. What is picked is kept by its id, so tiles may come and go.
import { takeAway, trash } from './hands.js';
import { lettersOff, typing } from './keys.js';
import { between, everything } from './leaves.js';
import { post } from './post.js';
import { parsed, toast, toastLater, toastOf } from './toast.js';

const FAILED = 'That did not work. Nothing has changed; please try again.';
const HELD_MS = 450;
const picked = new Set();
let anchor = null;

const grid = () => document.querySelector('[data-grid]');
const bar = () => document.getElementById('bulk');
const boxes = () => [...(grid()?.querySelectorAll('.pick input') ?? [])];
const all = () => bar()?.elements.all?.checked ?? false;
const boxOf = (element) => element.closest('.tile')?.querySelector('.pick input');

function pick(box, on) {
  box.checked = on;
  if (on) picked.add(box.value);
  else picked.delete(box.value);
}

function toggle(box) {
  pick(box, !box.checked);
  anchor = box.value;
  show();
}

function pickAll(ids, on = true) {
  for (const id of ids) on ? picked.add(id) : picked.delete(id);
  settle();
}

// From the picture picked last to this one, as they stand on the page, those far from the screen among them.
function range(box, on = true) {
  const ids = anchor ? listed(anchor, box.value) : [];
  pickAll(ids.length ? ids : [box.value], on);
  if (!ids.length) anchor = box.value;
}

function listed(one, other) {
  if (document.querySelector('[data-leaf]')) return between(one, other);
  const ids = boxes().map((box) => box.value);
  if (!ids.includes(one)) return [];
  const [first, last] = [ids.indexOf(one), ids.indexOf(other)].sort((a, b) => a - b);
  return ids.slice(first, last + 1);
}

function clear() {
  for (const box of boxes()) box.checked = false;
  picked.clear();
  anchor = null;
  if (bar()?.elements.all) bar().elements.all.checked = false;
  show();
}

function show() {
  if (!bar()) return;
  const some = picked.size > 0;
  bar().toggleAttribute('data-open', some);
  grid()?.classList.toggle('picking', some);
  bar().querySelector('[data-two]').hidden = picked.size !== 2 || all();
  const count = bar().querySelector('[data-count]');
  const words = all() ? 'All picked' : some ? `${picked.size.toLocaleString('en')} picked` : '';
  if (count.textContent !== words) count.textContent = words; // else the observer below would see its own hand for ever
}

// Tiles that came meanwhile, or came back.
function settle() {
  for (const box of boxes()) {
    if (box.checked !== picked.has(box.value)) box.checked = picked.has(box.value);
  }
  show();
}

document.addEventListener('click', (event) => {
  const box = event.target.closest?.('.pick input');
  if (box && grid()?.contains(box)) {
    if (event.shiftKey && anchor) range(box, box.checked);
    else {
      pick(box, box.checked);
      anchor = box.value;
      show();
    }
    return;
  }
  const link = event.target.closest?.('[data-grid] .tile-a');
  if (!link || !boxOf(link)) return;
  // A finger that has picked something goes on picking; a mouse has the box, and opens the picture.
  if (event.shiftKey) range(boxOf(link));
  else if (swallow || (finger && picked.size)) swallow ? (swallow = false) : toggle(boxOf(link));
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

// A finger that stays picks.
let finger = false, holding, swallow = false;
document.addEventListener('pointerdown', (event) => {
  finger = event.pointerType === 'touch';
  swallow = false;
  const link = finger && event.target.closest?.('[data-grid] .tile-a');
  if (!link || !boxOf(link)) return;
  holding = setTimeout(() => {
    swallow = true;
    toggle(boxOf(link));
  }, HELD_MS);
});
for (const kind of ['pointerup', 'pointercancel', 'pointermove']) {
  document.addEventListener(kind, (event) => {
    if (kind === 'pointermove' && Math.hypot(event.movementX, event.movementY) < 4) return;
    clearTimeout(holding);
  });
}
document.addEventListener('contextmenu', (event) => swallow && event.preventDefault());

// Shift and an arrow: the library moves the focus, the range follows it.
let extending = false;
document.addEventListener('keydown', (event) => {
  extending = event.shiftKey && event.key.startsWith('Arrow');
  const link = event.target.closest?.('[data-grid] .tile-a');
  if (extending && link && !anchor) range(boxOf(link));
}, true);
document.addEventListener('focusin', (event) => {
  const link = event.target.closest?.('[data-grid] .tile-a');
  if (extending && link && boxOf(link)) range(boxOf(link));
});

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.altKey || !grid() || !bar() || typing(event.target)) return;
  if (document.querySelector('dialog[open]:not([popover])')) return;
  const link = event.target.closest?.('[data-grid] .tile-a');
  if (event.key === 'Escape' && picked.size && !document.querySelector(':popover-open')) clear();
  else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey) && !event.shiftKey) {
    pickAll(document.querySelector('[data-leaf]') ? everything() : boxes().map((box) => box.value));
  } else if (event.key.toLowerCase() === 'x' && link && !event.ctrlKey && !event.metaKey && !lettersOff()) toggle(boxOf(link));
  else return;
  event.preventDefault();
});

document.addEventListener('change', (event) => event.target.form === bar() && event.target.name === 'all' && show());
document.addEventListener('reset', (event) => {
  if (event.target !== bar()) return;
  event.preventDefault();
  clear();
  document.querySelector('[data-grid] .tile-a[tabindex="0"]')?.focus();
});

// However many there are, they are sent as one field; tiles that are not on the page just now included.
document.addEventListener('formdata', (event) => {
  if (event.target !== bar()) return;
  event.formData.delete('ids');
  event.formData.set('ids', [...picked].join());
  event.formData.set('match', location.search.slice(1));
});

document.addEventListener('submit', (event) => {
  const button = event.submitter, deed = button?.dataset.deed;
  if (event.target !== bar() || !deed || deed === 'zip') return;
  event.preventDefault();
  if (deed === 'trash') remove();
  else act(deed, button);
});

async function remove() {
  const ids = [...picked], everything = all(), more = everything ? { all: '1', match: location.search.slice(1) } : {};
  if (!everything) {
    clear();
    await trash(ids);
    return;
  }
  const answer = await post('/images/trash/', more);
  if (!answer) return toast(FAILED);
  toastLater(parsed(await answer.text()));
  location.reload();
}

async function act(deed, button) {
  const ids = [...picked];
  const back = deed === 'out' ? takeAway(ids) : () => {};
  const answer = await post(button.getAttribute('formaction') ?? bar().getAttribute('action'), new FormData(bar(), button));
  if (!answer) {
    back();
    return toast(FAILED);
  }
  document.querySelector('#p-collect:popover-open')?.hidePopover();
  if (deed === 'favourite') hearts(all() ? boxes().map((box) => box.value) : ids);
  toastOf(parsed(await answer.text()), back);
  if (deed !== 'collect' || ids.length) clear();
  if (bar().elements.title) bar().elements.title.value = '';
}

function hearts(ids) {
  for (const id of ids) {
    const heart = document.querySelector(`[data-do=favourite][formaction="/images/${id}/favourite/"]`);
    heart?.setAttribute('aria-pressed', true);
    if (heart) heart.value = '0';
  }
}

document.addEventListener('hands:trashed', (event) => {
  for (const id of event.detail.ids) picked.delete(id);
  show();
});

for (const box of boxes()) if (box.checked) picked.add(box.value);
settle();
const main = document.getElementById('main');
if (main) new MutationObserver(settle).observe(main, { childList: true, subtree: true });
