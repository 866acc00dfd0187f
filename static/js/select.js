// Many pictures at once: boxes, X, Shift and ranges, and for fingers a mode in which a tap picks. What is picked is
// kept by its id, so tiles may come and go.
import { takeAway, trash } from './hands.js';
import { lettersOff, typing } from './keys.js';
import { everything, wake } from './leaves.js';
import { FAILED, post } from './post.js';
import { parsed, toast, toastLater, toastOf } from './toast.js';

const REST_MS = 500, MOVED_PX = 10;
const picked = new Set();
let anchor = null, reach = null; // where a range begins, and where Shift and the arrows have led it
let choosing = false; // by finger or mouse: a picture is its own box

const grid = () => document.querySelector('[data-grid]');
const bar = () => document.getElementById('bulk');
const boxes = () => [...(grid()?.querySelectorAll('.pick input') ?? [])];
const all = () => bar()?.elements.all?.checked ?? false;
const tileAt = (element) => element?.closest?.('[data-grid] .tile-a');
const idOf = (element) => element.closest('.tile')?.querySelector('.pick input')?.value;

// Every picture of the page in its order, those that are put away as well.
const order = () => (document.querySelector('[data-leaf]') ? everything() : boxes().map((box) => box.value));

function put(ids, on) {
  if (all()) {
    // All but these: what the page shows is picked one by one from here on.
    bar().elements.all.checked = false;
    for (const id of order()) picked.add(id);
  }
  for (const id of ids) on ? picked.add(id) : picked.delete(id);
  show();
}

function pick(id, on = !picked.has(id)) {
  anchor = id;
  reach = null;
  put([id], on);
}

function between(from, to) {
  const list = order(), ends = [list.indexOf(from), list.indexOf(to)].sort((a, b) => a - b);
  return ends[0] < 0 ? [to] : list.slice(ends[0], ends[1] + 1);
}

function range(id, on = true) {
  anchor ??= id;
  put(between(anchor, id), on);
}

function choose(on) {
  choosing = on;
  on ? show() : clear();
}

function clear() {
  picked.clear();
  anchor = reach = null;
  choosing = false;
  if (bar()?.elements.all) bar().elements.all.checked = false;
  show();
}

// The page as it is picked: tiles may have come, gone or come back meanwhile.
function show() {
  if (!bar()) return;
  const some = all() || picked.size > 0;
  for (const box of boxes()) {
    const on = all() || picked.has(box.value);
    if (box.checked !== on) box.checked = on;
  }
  bar().toggleAttribute('data-open', some || choosing);
  bar().toggleAttribute('data-some', some);
  grid()?.classList.toggle('picking', some || choosing);
  grid()?.classList.toggle('choosing', choosing);
  const switches = document.querySelector('[data-do=choose]');
  if (switches?.ariaPressed !== String(choosing)) switches?.setAttribute('aria-pressed', choosing);
  const words = all() ? 'All selected' : some ? `${picked.size.toLocaleString('en')} selected` : choosing ? 'None selected' : '';
  // Only what is new is written, else the observer below would see its own hand for ever.
  for (const place of document.querySelectorAll('[data-count]')) if (place.textContent !== words) place.textContent = words;
  for (const [kind, count] of [['one', 1], ['two', 2]]) {
    const button = bar().querySelector(`[data-${kind}]`);
    if (button) button.hidden = picked.size !== count || all();
  }
}

document.addEventListener('click', (event) => {
  if (swallow) {
    swallow = false;
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  if (event.target.closest?.('[data-do=choose]')) return choose(!choosing);
  const label = event.target.closest?.('[data-grid] .pick'), link = tileAt(event.target);
  if (label && event.target.matches('input')) event.shiftKey && anchor ? range(event.target.value, event.target.checked) : pick(event.target.value, event.target.checked);
  else if ((label || link) && event.shiftKey && idOf(label ?? link)) {
    range(idOf(label ?? link));
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, true);

// A finger that rests on a picture picks it, and from then on a tap is enough. One that moves scrolls, as ever.
let resting = null, swallow = false;

function rest() {
  const { id } = resting;
  letGo();
  swallow = choosing = true;
  pick(id, true);
}

function letGo() {
  clearTimeout(resting?.timer);
  resting = null;
}

document.addEventListener('pointerdown', (event) => {
  letGo(); // a second finger pinches
  swallow = false;
  const link = event.isPrimary && event.pointerType !== 'mouse' && bar() && tileAt(event.target);
  if (link && idOf(link)) resting = { id: idOf(link), x: event.clientX, y: event.clientY, timer: setTimeout(rest, REST_MS) };
});
document.addEventListener('pointermove', (event) => {
  if (resting && Math.hypot(event.clientX - resting.x, event.clientY - resting.y) > MOVED_PX) letGo();
});
for (const kind of ['pointerup', 'pointercancel']) {
  document.addEventListener(kind, () => {
    letGo();
    if (swallow) setTimeout(() => (swallow = false), 300); // the click that may still come
  });
}
document.addEventListener('scroll', letGo, true);
// The browser's own answers to a resting finger: its menu for links, and carrying them away.
document.addEventListener('contextmenu', (event) => {
  if (resting) rest();
  if (swallow) event.preventDefault();
});
document.addEventListener('dragstart', (event) => (resting || swallow) && event.preventDefault());

// Shift and an arrow: the library moves the focus, the range follows it, back as well.
let extending = false;
document.addEventListener('keydown', (event) => {
  extending = event.shiftKey && event.key.startsWith('Arrow');
  if (extending && tileAt(event.target)) anchor ??= idOf(event.target);
}, true);
document.addEventListener('focusin', (event) => {
  const id = extending && tileAt(event.target) && idOf(event.target);
  if (!id) return;
  if (reach) for (const left of between(anchor, reach)) picked.delete(left);
  range(id);
  reach = id;
});

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.altKey || !grid() || !bar() || typing(event.target)) return;
  if (document.querySelector('dialog[open]:not([popover])')) return;
  const link = tileAt(event.target);
  if (event.key === 'Escape' && (picked.size || choosing || all()) && !document.querySelector(':popover-open')) clear();
  else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey) && !event.shiftKey) put(order(), true);
  else if (event.key.toLowerCase() === 'x' && link && !event.ctrlKey && !event.metaKey && !lettersOff()) pick(idOf(link));
  else return;
  event.preventDefault();
});

document.addEventListener('change', (event) => event.target.form === bar() && event.target.name === 'all' && show());
document.addEventListener('reset', (event) => {
  if (event.target !== bar()) return;
  event.preventDefault();
  const to = choosing ? '[data-do=choose]' : '[data-grid] .tile-a[tabindex="0"]';
  clear();
  document.querySelector(to)?.focus();
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
  if (!all()) {
    if (await trash([...picked])) clear();
    return;
  }
  const answer = await post('/images/trash/', { all: '1', match: location.search.slice(1) });
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
  if (deed === 'favourite') hearts(all() ? order() : ids);
  toastOf(parsed(await answer.text()), back);
  if (deed !== 'collect' || ids.length) clear();
  if (bar().elements.title) bar().elements.title.value = '';
}

function hearts(ids) {
  wake(ids);
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
show();
const main = document.getElementById('main');
if (main) new MutationObserver(show).observe(main, { childList: true, subtree: true });
