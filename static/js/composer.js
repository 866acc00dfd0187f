// The composer: what the picked model offers, the price of it, the draft, and recipes put back into it.
import { agree, ask, estimateOfSeveral, literal, offer, others, several } from './plan.js';

const form = () => document.getElementById('composer');
const box = () => document.getElementById('prompt');

export function composer() {
  if (!form() || box().disabled) return;
  if (!box().value && !form().elements.from) restore();
  draw();
  // htmx listens from then on.
  if (box().value) document.addEventListener('DOMContentLoaded', () => setTimeout(ask));
  document.addEventListener('input', (event) => {
    if (event.target !== box()) return;
    price();
    count();
    keep();
    ask();
  });
  document.addEventListener('change', (event) => {
    if (event.target.form !== form()) return;
    if ('shared' in event.target.dataset) shows().checked = true; // others see what hangs there
    draw();
    keep();
    ask();
  });
  document.addEventListener('composer:planned', price);
  addEventListener('online', ask); // what was not asked meanwhile
  document.addEventListener('keydown', (event) => {
    if (!form().contains(event.target)) return;
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      form().requestSubmit();
    } else if (event.key === 'Enter' && event.target.matches('input')) {
      event.preventDefault(); // a setting is no place to buy pictures from
      event.target.closest('.preset-new, .preset-edit')?.querySelector('button').click();
    }
    if (event.key === 'Escape' && event.target === box()) box().blur();
  });
  document.addEventListener('click', (event) => {
    const link = event.target.closest('[data-do]');
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const take = { use, start, apply, unparent }[link.dataset.do];
    if (!take) return;
    event.preventDefault();
    take(link);
  });
  // A submission went through: an empty composer, so that a second press cannot pay a second time.
  document.addEventListener('studio:made', () => {
    put({ prompt: '' });
    scrollTo({ top: 0 });
  });
  // What was asked for instead is kept there; the composer is free.
  document.addEventListener('studio:asked', () => put({ prompt: '' }));
  document.addEventListener('studio:refused', () => {
    draw();
    form().querySelector('.problems')?.focus();
  });
}

// Everything that follows from what is picked: the settings shown, the words on the chips, prices, the count.
function draw() {
  const model = form().querySelector('[name=model]:checked');
  for (const set of form().querySelectorAll('fieldset[data-for]')) {
    set.hidden = set.disabled = set.dataset.for !== model.value;
    if (!set.disabled && !set.querySelector(':checked')) pick(set, lastOf(set)) || pick(set);
  }
  for (const words of form().querySelectorAll('[data-chip]')) {
    const input = chosen(words.dataset.chip);
    words.parentElement.hidden = !input;
    if (!input) continue;
    words.textContent = input.dataset.name;
    const glyph = words.parentElement.querySelector('.glyph');
    if (glyph) glyph.dataset.ar = input.dataset.ar;
    remembered[words.dataset.chip] = input.value;
  }
  price();
  count();
}

// What was picked last of each kind stays picked when the next model has it too.
const remembered = {};
const lastOf = (set) => remembered[set.querySelector('input').name];

function pick(set, value) {
  const input = value === undefined ? set.querySelector('input') : [...set.querySelectorAll('input')].find((one) => one.value === value);
  if (input) input.checked = true;
  return input;
}

const chosen = (name) => form().querySelector(`fieldset:not(:disabled) > label > [name=${name}]:checked`);
const profile = () => JSON.parse(form().querySelector('[name=model]:checked').dataset.profile);

function price() {
  offer();
  const { prices, seconds, spacing, places } = profile();
  const size = chosen('size').value, quality = chosen('quality')?.value || '', n = +chosen('n').value;
  const each = (size, quality) => (prices[`${size}/${quality}`] === undefined ? 'price unknown' : `${money(+prices[`${size}/${quality}`])} each`);
  for (const input of form().querySelectorAll('fieldset:not(:disabled) [name=size], fieldset:not(:disabled) [name=quality]')) {
    input.parentElement.querySelector('[data-each]').textContent = input.name === 'size' ? each(input.value, quality) : each(size, input.value);
  }
  const usd = prices[`${size}/${quality}`], s = seconds[`${size}/${quality}`];
  const words = [usd === undefined ? 'price unknown' : `about ${money(usd * n)}`];
  if (s) words.push(`about ${about(Math.max(s * Math.ceil(n / places), s + (n - 1) * spacing))}${form().elements.quiet.checked ? ' once quiet' : ''}`);
  const output = form().querySelector('[data-estimate]'), many = box().value.trim() && several();
  output.textContent = many ? estimateOfSeveral() ?? 'Counting…' : words.join(', ');
  if (!many) agree(`${usd === undefined ? 'unknown' : (usd * n).toFixed(4)}/${n}`);
}

// The same words as lib/words.py.
function money(usd) {
  const exact = usd.toFixed(4).replace(/0+$/, '');
  return `$${exact.length - exact.indexOf('.') < 3 ? usd.toFixed(2) : exact}`;
}

function about(s) {
  if (s < 90) return `${Math.max(1, Math.ceil(s))} s`;
  return s < 5400 ? `${Math.ceil(s / 60)} min` : `${Math.ceil(s / 3600)} h`;
}

// In code points, as the server counts.
function count() {
  const { limit } = profile(), length = [...box().value.trim()].length, counter = form().querySelector('[data-counter]');
  counter.textContent = length ? `${length.toLocaleString('en')} of ${limit.toLocaleString('en')}` : '';
  counter.dataset.over = length > limit ? 'yes' : length > 0.9 * limit ? 'near' : '';
}

// The draft: this tab's own, and for the next visit what was written last.
const place = () => `draft ${form().dataset.person}`;

function keep() {
  const { lines, quiet, team } = form().elements;
  const show = shows() && { team: team.value, on: shows().checked };
  const kept = { show, prompt: box().value, lines: lines.checked, quiet: quiet.checked, also: others().filter((one) => one.checked).map((one) => one.value) };
  for (const name of ['model', 'size', 'quality', 'style', 'n', 'collection']) kept[name] = chosen(name)?.value;
  for (const store of [sessionStorage, localStorage]) store.setItem(place(), JSON.stringify(kept));
}

function restore() {
  const kept = JSON.parse(sessionStorage.getItem(place()) || localStorage.getItem(place()) || 'null');
  if (!kept) return;
  if ('into' in form().dataset) kept.collection = kept.show = undefined; // the address says so
  fill(kept);
}

// Whether the team sees the pictures; not there where one works alone.
const shows = () => form().querySelector('[type=checkbox][name=audience]');

// What is not named stays as it is; only the lines belong to the prompt.
function fill({ prompt, lines, quiet, also, show, ...settings }) {
  box().value = prompt;
  form().elements.lines.checked = Boolean(lines);
  if (quiet !== undefined) form().elements.quiet.checked = Boolean(quiet);
  if (show && shows() && show.team === form().elements.team.value) shows().checked = show.on;
  if (also) for (const one of others()) one.checked = also.includes(one.value);
  Object.assign(remembered, settings);
  const model = [...form().querySelectorAll('[name=model]')].find((input) => input.value === settings.model);
  if (model) model.checked = true;
  for (const name of ['size', 'quality', 'style', 'n', 'collection']) {
    const same = [...form().querySelectorAll(`[name=${name}]`)];
    const input = same.find((one) => one.value === settings[name] && (!model || (one.closest('fieldset').dataset.for ?? model.value) === model.value));
    if (input) input.checked = true;
  }
}

function use(link) {
  const source = link.dataset.run ? document.querySelector(`#${link.dataset.run} .run-p [data-do]`) : link;
  put({ prompt: literal(source.textContent), also: [], ...source.dataset });
  toPrompt();
}

function start(link) {
  put({ prompt: literal(link.textContent.trim()) });
  link.closest('[popover]')?.hidePopover();
  toPrompt();
}

// A preset: the settings, and the prompt as it is.
function apply(button) {
  put({ prompt: box().value, lines: form().elements.lines.checked, ...button.dataset }, { remix: true });
  button.closest('[popover]').hidePopover();
}

// Everything at once: the settings that are named, the others as they are.
export function put(recipe, { remix = false } = {}) {
  fill(recipe);
  if (!remix) unparent();
  draw();
  keep();
  ask();
}

function unparent() {
  form().querySelector('.parent')?.remove();
}

function toPrompt() {
  box().focus();
  box().setSelectionRange(box().value.length, box().value.length);
  box().scrollIntoView({ block: 'nearest' });
}
