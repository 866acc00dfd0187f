// The desk by keyboard: move, show, select, decide, undo. Every press is what the form's buttons send without a script.
import { lettersOff, typing } from './keys.js';
import { FAILED, post } from './post.js';
import { parsed, toast, toastOf } from './toast.js';

const WORDS = { a: 'approve', h: 'hide', r: 'remove', e: 'escalate' };
const form = document.getElementById('decide');
const list = document.querySelector('[data-cases]');
const all = () => [...(list?.querySelectorAll('.case') ?? [])];
const boxes = () => [...(list?.querySelectorAll('.case-pick input') ?? [])];
let current = null, last = null, anchor = null;

function hold(item, focus = true) {
  if (!item) return;
  if (current) current.tabIndex = -1;
  current = item;
  item.tabIndex = 0;
  if (focus) item.focus();
}

function move(by, range) {
  const items = all(), at = items.indexOf(current);
  const to = items[Math.min(items.length - 1, Math.max(0, at + by))];
  if (range && to) {
    anchor ??= current;
    const ends = [items.indexOf(anchor), items.indexOf(to)].sort((a, b) => a - b);
    items.forEach((item, n) => (box(item).checked = n >= ends[0] && n <= ends[1]));
    count();
  } else anchor = null;
  hold(to);
}

const box = (item) => item.querySelector('.case-pick input');

function count() {
  const picked = boxes().filter((one) => one.checked).length;
  form.querySelector('[data-picked]').textContent = picked ? `${picked} selected` : 'Select cases, or use the keys on the one in hand.';
}

async function show(item) {
  if (!item || item.hasAttribute('data-opened')) return;
  const answer = await post(item.querySelector('.case-see form').getAttribute('action'));
  if (!answer) return toast(FAILED);
  const sheet = document.createElement('template');
  sheet.innerHTML = await answer.text();
  const fresh = sheet.content.querySelector('.case');
  box(fresh).checked = box(item).checked;
  const held = item === current;
  const focused = item.contains(document.activeElement);
  item.replaceWith(fresh);
  if (held || focused) hold(fresh, focused);
}

async function decide(word) {
  let items = all().filter((item) => box(item).checked);
  if (!items.length && current) items = [current];
  if (!items.length || form.ariaBusy === 'true') return;
  const code = form.elements.code.value; // without one the reason is what most people reported
  if ((word === 'hide' || word === 'remove') && !code && !items.some((item) => item.dataset.code)) {
    toast('Choose a reason first: whoever made it reads it.');
    return form.elements.code.focus();
  }
  const text = form.elements.text.value;
  const left = all().filter((item) => !items.includes(item));
  const next = left[Math.min(left.length - 1, all().indexOf(items[0]))];
  form.ariaBusy = 'true';
  const answer = await post(form.getAttribute('action'), { cases: items.map((item) => item.dataset.seen).join(), word, code, text, strike: form.elements.strike.checked ? 'on' : '' });
  form.ariaBusy = 'false';
  if (!answer) return toast(FAILED);
  const said = parsed(await answer.text());
  last = said;
  for (const done of said.querySelectorAll('[data-done]')) document.getElementById(`case-${done.dataset.done}`)?.remove();
  for (const passed of said.querySelectorAll('[data-passed]')) refused(passed.dataset.passed, passed.textContent);
  for (const one of boxes()) one.checked = false;
  form.elements.text.value = form.elements.code.value = '';
  form.elements.strike.checked = false;
  anchor = null;
  count();
  toastOf(said, () => location.reload());
  if (all().length) hold(next?.isConnected ? next : all()[0]);
  else setTimeout(() => location.reload(), 400); // the next page, if there is one
}

// It stays where it is, and says why nothing came of it: mostly that somebody was first.
function refused(id, why) {
  const item = document.getElementById(`case-${id}`);
  item?.querySelector('.case-conflict')?.remove();
  const note = document.createElement('p');
  note.className = 'case-note case-conflict';
  note.textContent = why;
  item?.append(note);
}

async function undo() {
  if (!last?.querySelector('button')) return toast('There is nothing to take back.');
  const answer = await post(last.getAttribute('action'), new FormData(last));
  last = null;
  if (!answer) return toast(FAILED);
  location.reload();
}

form?.addEventListener('submit', (event) => {
  event.preventDefault();
  if (event.submitter?.value) decide(event.submitter.value);
});

list?.addEventListener('submit', (event) => {
  event.preventDefault();
  show(event.target.closest('.case'));
});
list?.addEventListener('change', count);
list?.addEventListener('focusin', (event) => hold(event.target.closest('.case'), false));

document.addEventListener('keydown', (event) => {
  if (!list || event.defaultPrevented || event.altKey || typing(event.target) || document.querySelector(':popover-open')) return;
  const key = event.key.toLowerCase();
  if (key === 'a' && (event.ctrlKey || event.metaKey)) for (const one of boxes()) one.checked = true;
  else if (event.ctrlKey || event.metaKey) return;
  else if (key === 'arrowright' || key === 'arrowdown') move(1, event.shiftKey);
  else if (key === 'arrowleft' || key === 'arrowup') move(-1, event.shiftKey);
  else if (key === 'escape') for (const one of boxes()) one.checked = false;
  else if (lettersOff()) return;
  else if (key === 'j') move(1, event.shiftKey);
  else if (key === 'k') move(-1, event.shiftKey);
  else if (key === 'o') show(current);
  else if (key === 'x' && current) box(current).checked = !box(current).checked;
  else if (key === 'z') undo();
  else if (WORDS[key]) decide(WORDS[key]);
  else return;
  event.preventDefault();
  count();
});

hold(all()[0]);
