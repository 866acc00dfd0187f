// What was done while nobody looked: the tab says so at once, one quiet sentence when somebody comes back, and a
// notification where it was asked for. Kept in this browser, so that a page opened tomorrow knows it too.
import { PENDING } from './live.js';
import { toast } from './toast.js';

const WAITED = 'waited-for', NOTIFY = 'notify', SETTLE_MS = 1500, GLANCE_MS = 3000;
const icon = () => document.querySelector('link[rel=icon]');
let plain = '', told = false;

export function away() {
  if (!document.getElementById('status')) return;
  plain = icon().href;
  document.addEventListener('visibilitychange', () => (document.hidden ? leave() : setTimeout(back, SETTLE_MS)));
  addEventListener('pagehide', leave);
  document.addEventListener('studio:placed', () => document.hidden && tell());
  offer();
  if (!document.hidden) setTimeout(back, SETTLE_MS);
}

// While the page is hidden: how many of those that were waited for are done by now.
function tell() {
  const { done, decide, left } = count();
  if (!done.length && !decide.length) return;
  document.title = `(${done.length + decide.length}) ${document.title.replace(/^\(\d+\) /, '')}`;
  icon().href = icon().dataset.done;
  if (left.length || told) return;
  told = true;
  notify(words(done.length, decide.length));
}

function leave() {
  told = false;
  keep([...document.querySelectorAll(PENDING)].map((tile) => tile.id), Date.now());
}

function back() {
  if (document.hidden) return;
  const { done, decide, left } = count();
  icon().href = plain;
  const { since } = kept();
  keep(left, since);
  // Who only glanced away, or loaded the page anew, saw them come.
  if (Date.now() - since > GLANCE_MS && (done.length || decide.length)) toast(words(done.length, decide.length));
}

// Of the pictures waited for: those that came, those that need a word, those still under way on this page.
function count() {
  const waited = kept().ids.map((id) => document.getElementById(id)).filter(Boolean);
  const of = (state) => waited.filter((tile) => tile.matches(state)).map((tile) => tile.id);
  return { done: of('[data-state=succeeded]'), decide: of('[data-state=unknown]'), left: of(PENDING) };
}

const kept = () => JSON.parse(localStorage.getItem(WAITED)) ?? { ids: [], since: Date.now() };
const keep = (ids, since) => localStorage.setItem(WAITED, JSON.stringify({ ids, since }));

function words(done, decide) {
  const came = done && `${done} picture${done === 1 ? ' is' : 's are'} done`;
  const asks = decide && `${decide} need${decide === 1 ? 's' : ''} your decision`;
  return [came, asks].filter(Boolean).join(', ');
}

// Nobody is asked for leave to notify but by the press of this button.
function offer() {
  const button = document.querySelector('[data-do=notify]');
  if (!button || !('Notification' in window)) return;
  button.hidden = Notification.permission === 'denied';
  const draw = () => button.setAttribute('aria-pressed', wanted());
  draw();
  button.addEventListener('click', async () => {
    if (wanted()) localStorage.removeItem(NOTIFY);
    else if ((await Notification.requestPermission()) === 'granted') localStorage.setItem(NOTIFY, '1');
    else toast('The browser does not allow notifications from this page.');
    draw();
  });
}

const wanted = () => Boolean(localStorage.getItem(NOTIFY)) && Notification.permission === 'granted';

function notify(text) {
  if (!('Notification' in window) || !wanted()) return;
  try {
    const note = new Notification(text, { tag: 'done', icon: plain });
    note.addEventListener('click', () => {
      focus();
      note.close();
    });
  } catch {
    // Some phones let only a service worker notify: the tab's title has to do.
  }
}
