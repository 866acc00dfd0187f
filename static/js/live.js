// Live tiles: the server says which picture changed, the page asks for its tile. Without the stream it asks by itself.
const PENDING = ['queued', 'claimed', 'sent', 'received'].map((state) => `.tile[data-state=${state}]`).join();
const AT_ONCE_MS = 50, POLL_MS = 4000, HIDDEN_MS = 5 * 60_000, RETRY_MS = 60_000, FAILURES = 3, MOST = 100;

const changed = new Set();
let stream, failures = 0, gathering, polling, retrying, closing;

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
    if (document.hidden) closing = setTimeout(close, HIDDEN_MS);
    else if (!stream) open();
  });
  addEventListener('pagehide', close);
  addEventListener('pageshow', (event) => event.persisted && open());
}

function open() {
  close();
  stream = new EventSource('/events/');
  stream.addEventListener('open', () => {
    failures = 0;
    clearInterval(polling);
    refresh(pending()); // whatever was missed
  });
  stream.addEventListener('job', (event) => news(JSON.parse(event.data)));
  // Something may have been missed: ask anew, but not all pages in the same moment.
  stream.addEventListener('catchup', () => setTimeout(() => refresh(pending()), Math.random() * 1000));
  stream.addEventListener('error', () => {
    failures += 1;
    if (failures < FAILURES && stream.readyState !== EventSource.CLOSED) return;
    close();
    polling = setInterval(() => refresh(pending()), POLL_MS);
    setTimeout(() => document.hidden || open(), RETRY_MS);
  });
}

function close() {
  stream?.close();
  stream = undefined;
  clearInterval(polling);
}

function pending() {
  return [...document.querySelectorAll(PENDING)].map((tile) => tile.id.slice(2));
}

// Several pictures often change at once: one request for all of them.
function news({ job, generation }) {
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
  retrying = setTimeout(() => refresh(pending()), POLL_MS);
}

// A generation this page has not got: made in another tab.
const adopting = new Set();
async function adopt(generation) {
  const runs = document.querySelector('#runs[data-live]');
  if (!runs || adopting.has(generation) || document.querySelector('.composer.htmx-request')) return;
  adopting.add(generation);
  const answer = await ask(`/generations/${generation}/`);
  const run = answer?.querySelector('.run');
  if (run && !document.getElementById(run.id)) {
    runs.prepend(run);
    window.htmx?.process(run);
  }
  if (answer) place(answer);
  said();
  refresh(pending()); // and what happened to it meanwhile
}

async function ask(address) {
  try {
    const response = await fetch(address, { headers: { 'HX-Request': 'true' } });
    if (response.redirected) location.reload(); // signed out meanwhile: the door
    if (!response.ok || response.redirected) return null;
    const sheet = document.createElement('template');
    sheet.innerHTML = await response.text();
    return sheet.content;
  } catch {
    return null; // offline
  }
}

function place(answer) {
  for (const fresh of [...answer.children]) {
    const old = document.getElementById(fresh.id);
    if (!old || old.querySelector(':popover-open') || same(old, fresh)) continue;
    const focused = old.contains(document.activeElement);
    if (fresh.dataset.state === 'succeeded') fresh.dataset.fresh = '';
    old.replaceWith(fresh);
    fresh.removeAttribute('hx-swap-oob');
    window.htmx?.process(fresh);
    if (focused) fresh.querySelector('a, button')?.focus();
  }
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
