// A picture opens over the page it hangs on, growing out of its tile. Its address is a real one: reloaded, shared or
// opened in a tab of its own it is the picture's page. Back and Escape lead to its tile again. Loaded by lightbox.js.
import { plain } from './keys.js';
import { bring } from './leaves.js';
import { dress, fetched as get } from './picture.js';

const PICTURE = /^\/images\/[0-9a-f-]{36}\/$/;
const AHEAD = 8; // tiles before the end of the page at which the next ones are asked for
const HELD = '#keys, .toasts'; // what must be reachable above a modal dialog lives in it meanwhile

let box, title, opener, shown = '', wanted = '', asked = 0, leaving = false, closing = false;
const fetched = new Map(); // address -> a promise of its view, each taken once

addEventListener('popstate', (event) => {
  if (event.state?.picture) return show(event.state.picture);
  asked += 1; // what is still on its way is not wanted any more
  if (box?.open) away();
});
// The way back leads to the tile, which may be another by then: the browser's own place for it would be the wrong one.
history.scrollRestoration = 'manual';
addEventListener('pagehide', () => (history.scrollRestoration = 'auto'));
addEventListener('pageshow', () => (history.scrollRestoration = 'manual'));
// htmx takes every step through the history upon itself, and after such a step Chromium scrolls whatever was said above.
window.navigation?.addEventListener('navigate', (event) => {
  const ours = box?.open || PICTURE.test(new URL(event.destination.url).pathname);
  if (ours && event.navigationType === 'traverse' && event.canIntercept) event.intercept({ scroll: 'manual' });
});
document.addEventListener('hands:trashed', removed);
// What was fetched ahead offers the collections of before.
document.addEventListener('picture:collected', () => fetched.clear());
// htmx would fetch the page beneath anew on the way back to an address it had pushed itself.
document.addEventListener('htmx:before:history:restore', (event) => leaving && event.preventDefault());

// The picture shown was removed: on to its neighbour, or back where there is none.
function removed(event) {
  if (!box?.open || !event.detail.ids.some((id) => shown.includes(id))) return;
  event.preventDefault();
  if (wanted !== shown) return; // another is on its way already
  const beside = box.querySelector('.nav-b.next:not([hidden])') ?? box.querySelector('.nav-b.prev:not([hidden])');
  if (beside) beside.click();
  else leave();
}

const tiles = () => [...document.querySelectorAll('main .tile-a')];
const tileOf = (address) => bring(address.split('/')[2]);

function follow(event) {
  const link = plain(event) && event.target.closest('a[href]');
  if (!link || link.target || link.origin !== location.origin) return;
  if (link.matches('.lb-close')) leave();
  else if (PICTURE.test(link.pathname)) {
    history.replaceState({ picture: link.pathname }, '', link.pathname);
    show(link.pathname);
  } else return;
  event.preventDefault();
}

export async function show(address, push = false) {
  const turn = ++asked;
  const tile = tileOf(address);
  tile?.setAttribute('aria-busy', 'true');
  const coming = take(address);
  wanted = address;
  if (box?.open) ways(); // another step before it is here goes on from it
  const view = await coming;
  tile?.removeAttribute('aria-busy');
  if (turn !== asked) return; // somebody was quicker with another one
  if (!view) {
    location.assign(address); // signed out, offline, gone: the page itself says which
    return;
  }
  const arrive = () => {
    if (push) history.pushState({ picture: address }, '', address);
    if (box?.open) place(view, address);
    else raise(view, address);
  };
  if (box?.open) arrive();
  else grow(tile, () => turn === asked && arrive());
}

function raise(view, address) {
  box ??= make();
  opener = address;
  title = document.title;
  document.documentElement.classList.add('viewing');
  box.append(...document.querySelectorAll(HELD));
  box.showModal();
  place(view, address);
}

function make() {
  const dialog = document.createElement('dialog');
  dialog.className = 'lightbox';
  dialog.tabIndex = -1;
  dialog.addEventListener('click', follow);
  dialog.addEventListener('cancel', (event) => {
    if (event.target !== dialog) return;
    event.preventDefault();
    leave();
  });
  // A browser may close it without asking. What is heard of one's own closing may come when it is open again.
  dialog.addEventListener('close', (event) => {
    if (event.target !== dialog) return;
    if (!closing && history.state?.picture) leave();
    closing = false;
  });
  document.body.append(dialog);
  const main = document.getElementById('main');
  new MutationObserver(() => dialog.open && ways()).observe(main, { childList: true, subtree: true });
  return dialog;
}

function place(view, address) {
  const old = box.querySelector('.view');
  const focus = ['.nav-b.prev', '.nav-b.next', '.film a', '.panel'].find((part) => old?.querySelector(part)?.contains(document.activeElement));
  old?.remove();
  shown = address;
  standIn(view, address);
  box.prepend(view);
  ways();
  dress(view);
  window.htmx?.process(view);
  document.title = view.dataset.title;
  box.ariaLabel = view.querySelector('h1').textContent.slice(0, 200);
  const next = focus && view.querySelector(`${focus}:not([hidden])`);
  tileOf(address)?.scrollIntoView({ block: 'nearest', behavior: 'instant' }); // what lies far away, a page may have put down
  (next ?? (old ? box : view.querySelector('.lb-close'))).focus({ preventScroll: true });
}

// The tile's picture, which is there, until the larger one is.
function standIn(view, address) {
  const image = view.querySelector('.hero-i');
  const small = tileOf(address)?.querySelector('.pic')?.currentSrc;
  if (!small || image.complete) return;
  image.style.background = `url("${small}") center / cover no-repeat`;
  image.addEventListener('load', () => (image.style.background = ''), { once: true });
}

// Before and after in the order of the page beneath, whatever is filtered there; a picture that hangs nowhere on it
// keeps the server's neighbours.
function ways() {
  const view = box.querySelector('.view');
  tileOf(wanted); // and what stands beside it
  const all = tiles();
  const at = all.findIndex((tile) => tile.pathname === wanted);
  if (at >= 0) {
    way(view.querySelector('.nav-b.prev'), all[at - 1]);
    way(view.querySelector('.nav-b.next'), all[at + 1]);
    if (at + AHEAD >= all.length) more();
  }
  const beside = [...view.querySelectorAll('.nav-b:not([hidden])')].map((link) => link.pathname);
  for (const address of fetched.keys()) if (!beside.includes(address)) fetched.delete(address);
  beside.forEach(ahead);
}

function way(link, tile) {
  link.hidden = !tile;
  if (tile) link.href = tile.pathname;
  else link.removeAttribute('href');
}

// What scrolling down would bring.
function more() {
  const link = document.querySelector('main :is(.more, .older)[hx-get]');
  if (!link || link.dataset.asked) return;
  link.dataset.asked = '';
  window.htmx?.trigger(link, 'intersect', {}, false);
}

function ahead(address) {
  if (fetched.has(address)) return;
  const coming = get(address);
  fetched.set(address, coming);
  coming.then((view) => {
    const image = view?.querySelector('.hero-i');
    if (!image) return;
    const early = new Image();
    early.sizes = image.sizes;
    early.srcset = image.srcset;
  });
}

// Each is shown once: what is done to a picture, or said about it, must not come back as it was.
function take(address) {
  const coming = fetched.get(address) ?? get(address);
  fetched.delete(address);
  return coming;
}

function leave() {
  history.back();
}

function away() {
  leaving = true;
  setTimeout(() => (leaving = false), 200);
  const tile = tileOf(shown) ?? tileOf(opener);
  shrink(tile, () => {
    document.body.append(...box.querySelectorAll(HELD));
    box.querySelector('.view')?.remove();
    closing = true;
    box.close();
    fetched.clear();
    document.title = title;
    document.documentElement.classList.remove('viewing');
    tile?.focus({ preventScroll: true });
    tile?.scrollIntoView({ block: 'nearest', behavior: 'instant' });
  });
}

// The picture has one name in both states, so the browser moves it from the tile to the stage and back.
let moved; // whose name it is meanwhile: only one may have it
function name(picture) {
  if (moved) moved.style.viewTransitionName = '';
  if (picture) picture.style.viewTransitionName = 'hero';
  moved = picture;
}

function grow(tile, change) {
  const picture = tile?.querySelector('.pic');
  if (!document.startViewTransition || !picture) return change();
  name(picture);
  still(document.startViewTransition(() => {
    name(null);
    change();
  }));
}

function shrink(tile, change) {
  const picture = tile?.querySelector('.pic');
  if (!document.startViewTransition || !picture) return change();
  const moving = document.startViewTransition(() => {
    change();
    name(picture);
  });
  still(moving);
  moving.finished.catch(() => {}).then(() => moved === picture && name(null));
}

// Another movement may begin before this one has, or the page be left: then it is only not seen.
function still(moving) {
  moving.ready.catch(() => {});
}
