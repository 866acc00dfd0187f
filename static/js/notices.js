// How much one has not read, on every page: drawn anew when the server says there is news. Only a page that is looked at
// listens, so that many tabs do not use up the browser's connections; the studio has its own stream and passes it on.
const SOON_MS = 1000; // after the page itself

const REFUSED = [401, 403, 404];

let stream, opening;

export function notices() {
  if (!document.querySelector('[data-unread]')) return;
  document.addEventListener('notices:news', renew);
  if (document.getElementById('status')) return;
  listen();
  document.addEventListener('visibilitychange', listen);
  for (const kind of ['online', 'offline', 'pagehide', 'pageshow']) addEventListener(kind, listen);
}

function listen(event) {
  clearTimeout(opening);
  if (document.hidden || event?.type === 'pagehide' || !navigator.onLine) {
    stream?.close();
    stream = undefined;
  } else if (!stream) opening = setTimeout(open, SOON_MS, event);
}

// Who lost a seat in a team, or has another one: a page that may not be looked at any more says so itself.
export async function seated() {
  const answer = await fetch(location.href, { method: 'HEAD' }).catch(() => null);
  if (answer && (answer.redirected || REFUSED.includes(answer.status))) location.reload();
}

function open(event) {
  const gallery = document.querySelector('[data-team]')?.dataset.team;
  stream = new EventSource(`/events/${gallery ? `?team=${gallery}` : ''}`);
  stream.addEventListener('seat', seated);
  for (const kind of ['team', 'catchup']) stream.addEventListener(kind, () => document.dispatchEvent(new Event('team:news')));
  for (const kind of ['notice', 'catchup']) stream.addEventListener(kind, renew);
  if (event) renew(); // something may have come while nobody looked
}

async function renew() {
  const answer = await fetch('/notices/unread/').catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const words = await answer.text();
  for (const count of document.querySelectorAll('[data-unread]')) count.innerHTML = words;
}
