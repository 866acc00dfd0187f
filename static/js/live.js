// Live tiles: the server says which picture changed, the page asks for its tile. Without the stream it asks by itself.
// What others listen for: "news" (something changed somewhere), "studio:placed" (tiles were drawn anew).
import { seated } from './notices.js';

export const PENDING = ['queued', 'claimed', 'sent', 'received'].map((state) => `.tile[data-state=${state}]`).join();
const AT_ONCE_MS = 50, POLL_MS = 4000, HIDDEN_MS = 5 * 60_000, RETRY_MS = 60_000, FAILURES = 3, MOST = 100;

const changed = new Set();
let stream, failures = 0, gathering, polling, reopening, retrying, closing;

export function live() {
  if (!document.getElementById('status')) return;
  open();
  said();
  document.addEventListener('studio:changed', () => {
    said();
    refresh(pending()); // news of a run may have come before the run itself
  });
  document.addEventListener('visibilitychange', () => {
    clearTimeout(closing);
    if (document.hidden) rest();
    else if (!stream) open();
  });
  addEventListener('online', open); // at once, not when the next try is due
  addEventListener('pagehide', close);
  addEventListener('pageshow', (event) => event.persisted && open());
}

// A page nobody looks at gives its connection back, but not before its pictures are done.
function rest() {
  closing = setTimeout(() => (pending().length ? rest() : close()), HIDDEN_MS);
}

function open() {
  close();
  stream = new EventSource('/events/');
  stream.addEventListener('open', () => {
    failures = 0;
    catchUp();
  });
  stream.addEventListener('job', (event) => news(JSON.parse(event.data)));
  stream.addEventListener('seat', seated);
  stream.addEventListener('notice', () => document.dispatchEvent(new Event('notices:news')));
  // Something may have been missed: ask anew, but not all pages in the same moment.
  stream.addEventListener('catchup', () => setTimeout(catchUp, Math.random() * 1000));
  stream.addEventListener('error', () => {
    failures += 1;
    if (failures < FAILURES && stream.readyState !== EventSource.CLOSED) return;
    close();
    polling = setInterval(poll, POLL_MS);
    reopening = setTimeout(() => document.hidden || open(), RETRY_MS);
  });
}

function close() {
  stream?.close();
  stream = undefined;
  clearInterval(polling);
  clearTimeout(reopening);
}

// What the stream would say: which pictures are done, and what was asked for elsewhere.
function poll() {
  refresh(pending());
  if (!document.hidden) missed();
}

// Whatever was missed: what is under way, what may have been decided on elsewhere, and runs this page has not got.
function catchUp() {
  refresh([...document.querySelectorAll('.tile:not([data-state=succeeded])')].map((tile) => tile.id.slice(2)));
  missed();
  for (const kind of ['news', 'notices:news']) document.dispatchEvent(new Event(kind));
}

async function missed() {
  const newest = document.querySelector('#runs[data-live] .run');
  if (!newest) return;
  const answer = await ask(`/generations/?after=${newest.id.slice(2)}`);
  if (!answer) later();
  for (const group of answer ? [...answer.querySelectorAll('.pair, .run:not(.pair .run)')].reverse() : []) put(group);
}

function pending() {
  return [...document.querySelectorAll(PENDING)].map((tile) => tile.id.slice(2));
}

// Several pictures often change at once: one request for all of them.
function news({ job, generation }) {
  document.dispatchEvent(new Event('news'));
  if (!document.getElementById(`t-${job}`)) return adopt(generation);
  changed.add(job);
  clearTimeout(gathering);
  gathering = setTimeout(() => {
    // A place in line moves when another one does.
    refresh([...new Set([...changed, ...pending()])]);
    changed.clear();
  }, AT_ONCE_MS);
}

// One after the other: an answer that was overtaken would put an old tile over a new one.
let asking = Promise.resolve();
function refresh(ids) {
  if (!ids.length) return;
  const renewal = () => renew(ids);
  asking = asking.then(renewal, renewal);
}

async function renew(ids) {
  for (let i = 0; i < ids.length; i += MOST) {
    const answer = await ask(`/tiles/?ids=${ids.slice(i, i + MOST)}`);
    if (answer) place(answer);
    else later();
  }
  said();
}

// What could not be asked may have been the last news of a picture: nothing else would ask for it again.
function later() {
  clearTimeout(retrying);
  retrying = setTimeout(poll, POLL_MS);
}

// A generation this page has not got: made in another tab.
const adopting = new Set();
async function adopt(generation) {
  const runs = document.querySelector('#runs[data-live]');
  if (!runs || adopting.has(generation) || document.querySelector('.composer.htmx-request')) return;
  adopting.add(generation);
  const answer = await ask(`/generations/${generation}/`);
  if (!answer) {
    adopting.delete(generation);
    later();
  }
  const group = answer?.querySelector('.pair, .run');
  if (group) put(group);
  if (answer) place(answer);
  said();
  refresh(pending()); // and what happened to it meanwhile
}

function put(group) {
  if (document.getElementById(group.id)) return;
  document.getElementById('runs').prepend(group);
  window.htmx?.process(group);
}

// What is at an address, an empty answer where there is nothing for this person, null where it could not be asked.
export async function ask(address) {
  try {
    const response = await fetch(address, { headers: { 'HX-Request': 'true' } });
    if (response.redirected) location.reload(); // signed out meanwhile: the door
    if (response.status >= 500 || response.redirected) return null;
    const sheet = document.createElement('template');
    if (response.ok) sheet.innerHTML = await response.text();
    return sheet.content;
  } catch {
    return null; // offline
  }
}

function place(answer) {
  for (const fresh of [...answer.children]) {
    const old = document.getElementById(fresh.id);
    if (!old || old.querySelector(':popover-open') || same(old, fresh)) continue;
    const focused = old.contains(document.activeElement) && document.activeElement;
    if (fresh.matches('.tile[data-state=succeeded]')) fresh.dataset.fresh = '';
    old.replaceWith(fresh);
    fresh.removeAttribute('hx-swap-oob');
    window.htmx?.process(fresh);
    if (focused) (twin(focused, fresh) ?? fresh.querySelector('a, button'))?.focus();
  }
  document.dispatchEvent(new Event('studio:placed'));
}

// What was in somebody's hand, drawn anew.
function twin(one, fresh) {
  const alike = (other) => ['tagName', 'href', 'formAction'].every((name) => other[name] === one[name]);
  return [...fresh.querySelectorAll('a, button')].find(alike);
}

// A picture that is being made keeps its bath and its clock; only another state or another place is drawn anew.
function same(old, fresh) {
  return fresh.dataset.state && fresh.dataset.state === old.dataset.state && fresh.dataset.state !== 'queued';
}

// The tab's title and one polite sentence when the counts change.
let last = '';
function said() {
  const { developing, waiting, decisions } = document.getElementById('status').dataset;
  const under = +developing + +waiting;
  document.title = document.title.replace(/^\(\d+\) /, '').replace(/^/, under ? `(${under}) ` : '');
  const words = under ? `${developing} developing, ${waiting} in line` : +decisions ? `Done, ${decisions} to decide` : 'All done';
  const voice = document.getElementById('said');
  if (last && last !== words && voice) voice.textContent = words;
  last = words;
}
