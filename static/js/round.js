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
  const inputs = [...form.querySelectorAll('textarea, [type=checkbox], [type=radio]')];
  const { comment } = form.elements;
  // What is given stays in this tab until it is saved: a page that comes back may be older than the answers on their way.
  const draft = `said:${form.action}`;
  const name = (input) => (input === comment ? 'comment' : `${input.name}=${input.value}`);
  const given = () => JSON.stringify(Object.fromEntries(inputs.map((input) => [name(input), input === comment ? input.value : input.checked])));
  const keep = () => sessionStorage.setItem(draft, given());
  let waiting = 0, leaving = false;
  const save = () => {
    clearTimeout(waiting);
    last = last.then(async () => {
      const now = given();
      const { kept, words } = await send(form);
      if (kept && now === given()) sessionStorage.removeItem(draft);
      say(line, words);
    });
  };
  form.addEventListener('change', () => {
    keep();
    save();
  });
  form.addEventListener('input', (event) => {
    if (event.target !== comment) return;
    keep();
    clearTimeout(waiting);
    waiting = setTimeout(save, PAUSE_MS);
  });
  const unsaved = JSON.parse(sessionStorage.getItem(draft));
  if (unsaved) {
    for (const input of inputs) {
      if (name(input) in unsaved) input[input === comment ? 'value' : 'checked'] = unsaved[name(input)];
    }
    save();
  }
  form.addEventListener('submit', (event) => {
    leaving = event.submitter?.name === 'to'; // on to another page, which the server leads to
    if (leaving) return clearTimeout(waiting);
    event.preventDefault();
    save();
  });
  addEventListener('pagehide', () => {
    if (!leaving && sessionStorage.getItem(draft) !== null) send(form);
  });
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
