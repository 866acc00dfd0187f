// A guest's answers are kept as they are given; without this script a button keeps them.
const PAUSE_MS = 700; // of somebody who writes
const AWAY = 'Not saved: the server cannot be reached. What you said is still here.';
const LOST = 'Not saved. Please reload the page.';

let last = Promise.resolve(); // one after the other, so that the last word stays the last

// Answers the words to show, and whether what was sent was kept.
async function send(form, body = new FormData(form)) {
  try {
    const response = await fetch(form.action, { method: 'POST', body, headers: { 'HX-Request': 'true' }, keepalive: true });
    const told = [200, 409, 422, 429].includes(response.status) && !response.redirected;
    return { kept: told && response.ok, words: told ? await response.text() : LOST };
  } catch {
    return { kept: false, words: AWAY };
  }
}

function say(line, words) {
  if (line) line.innerHTML = words; // ours, with what people wrote escaped
}

function answer(form) {
  const line = form.querySelector('[data-said]');
  const { comment } = form.elements;
  // What is written stays in this tab until it is saved: a page that comes back may be older than the words on their way.
  const draft = `said:${form.action}`;
  let waiting = 0;
  const save = () => {
    clearTimeout(waiting);
    waiting = 0;
    last = last.then(async () => {
      const body = new FormData(form);
      const { kept, words } = await send(form, body);
      if (kept && body.get('comment') === comment?.value) sessionStorage.removeItem(draft);
      say(line, words);
    });
  };
  form.addEventListener('change', save);
  form.addEventListener('input', (event) => {
    if (event.target !== comment) return;
    sessionStorage.setItem(draft, comment.value);
    clearTimeout(waiting);
    waiting = setTimeout(save, PAUSE_MS);
  });
  const unsaved = sessionStorage.getItem(draft);
  if (comment && unsaved !== null) {
    comment.value = unsaved;
    save();
  }
  form.addEventListener('submit', (event) => {
    clearTimeout(waiting);
    waiting = 0;
    if (event.submitter?.name === 'to') return; // on to another page, which the server leads to
    event.preventDefault();
    save();
  });
  addEventListener('pagehide', () => { if (waiting) send(form); });
}

function pick(form) {
  const button = form.querySelector('button');
  const wanted = form.elements.picked;
  const press = (on) => {
    button.setAttribute('aria-pressed', String(on));
    wanted.value = on ? '0' : '1';
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const body = new FormData(form); // as it stands now
    press(wanted.value === '1');
    last = last.then(() => send(form, body)).then(({ kept, words }) => {
      if (!kept) press(body.get('picked') !== '1');
      const line = document.querySelector('#part [data-said]');
      say(line, words);
      const meter = document.querySelector('#part meter');
      const count = parseInt(line?.textContent.replace(/^\D+/, ''), 10);
      if (kept && meter && count >= 0) meter.value = count;
    });
  });
}

// From picture to picture, and back to all of them; not while somebody writes or chooses.
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.target.matches('input, textarea')) return;
  const way = { ArrowLeft: '[rel=prev]', ArrowRight: '[rel=next]', Escape: '.guest-bar a.ib' }[event.key];
  if (way) document.querySelector(way)?.click();
});

document.querySelectorAll('form[data-answer]').forEach(answer);
document.querySelectorAll('form[data-pick]').forEach(pick);
