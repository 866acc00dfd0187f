// Earlier prompts: the arrows walk through them, the popover searches them. Loaded when they are first wanted (studio.js).
import { put } from './composer.js';
import { literal } from './plan.js';

let known, at = -1, written = '';

document.addEventListener('input', (event) => {
  if (event.target.id === 'prompt') at = -1;
});
document.addEventListener('studio:made', () => {
  known = undefined;
  at = -1;
});
const pop = document.getElementById('p-past');
pop.addEventListener('keydown', (event) => {
  const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  if (step && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey) rove(event, step);
});
pop.addEventListener('toggle', opened);
opened();

function opened() {
  if (pop.matches(':popover-open')) pop.querySelector('input').dispatchEvent(new Event('past:open'));
}

// Back from what is being written, and forth to it again.
export async function walk(box, step) {
  known ??= fetched();
  const prompts = await known;
  const next = Math.min(Math.max(at + step, -1), prompts.length - 1);
  if (next === at) return;
  if (at === -1) written = box.value;
  at = next;
  put({ prompt: at === -1 ? written : prompts[at], lines: box.form.elements.lines.checked }, { remix: true });
}

async function fetched() {
  try {
    const response = await fetch('/prompts/', { headers: { 'HX-Request': 'true' } });
    const sheet = document.createElement('template');
    sheet.innerHTML = response.ok ? await response.text() : '';
    return [...sheet.content.querySelectorAll('a')].map((link) => literal(link.textContent));
  } catch {
    known = undefined; // offline: the next press asks again
    return [];
  }
}

function rove(event, step) {
  event.preventDefault();
  const stops = [document.getElementById('past-q'), ...document.querySelectorAll('#past-list a')];
  stops[Math.min(Math.max(stops.indexOf(document.activeElement) - step, 0), stops.length - 1)].focus();
}
