// A comment's pin on a spot of the picture: put there with a click, or with the arrow keys and Enter; Escape leaves it
// as it was. Spots are shares of the picture, from the left and from the top.
const STEP = 0.02, FAR = 0.1;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const SVG = 'http://www.w3.org/2000/svg';

const marks = new WeakMap(); // form -> its pin on the picture, as it would be kept
let leave = () => {}; // what is being placed

// From the pin to its comment, or back.
export function jump(link) {
  const there = document.getElementById(link.getAttribute('href').slice(1));
  there?.scrollIntoView({ block: 'center', behavior: 'smooth' });
  there?.focus({ preventScroll: true });
}

// The button: begins to place a pin. Of a comment that is being written, it takes away the one that is there.
export function place(button) {
  const { form } = button, own = button.dataset.pin, before = spotOf(form);
  const placing = form.contains(leave.button ?? null);
  leave();
  if (!own && (before || placing)) return unpin(button);
  const hero = button.closest('.view').querySelector('.hero'), done = new AbortController(), { signal } = done;
  const mark = mine(form) ?? draw(form, hero);
  let spot = before ?? [0.5, 0.5];
  const move = (nx, ny) => {
    spot = [nx, ny].map((share) => Math.min(1, Math.max(0, share)));
    at(mark, hero, ...spot);
    say(form, words(spot));
  };
  const stop = () => {
    done.abort();
    leave = () => {};
    hero.classList.remove('placing');
    for (const name of ['tabindex', 'role', 'aria-label']) mark.removeAttribute(name);
  };
  const set = () => {
    stop();
    keep(form, spot);
    say(form, `Pinned, ${words(spot)}.`);
    form.querySelector('textarea').focus();
  };
  leave = () => {
    stop();
    if (before) at(mark, hero, ...before);
    else mark.remove();
    say(form, '');
  };
  leave.button = button;
  hero.classList.add('placing');
  hero.scrollIntoView({ block: 'nearest' });
  mark.setAttribute('tabindex', '0');
  mark.setAttribute('role', 'application');
  mark.setAttribute('aria-label', 'Pin. The arrow keys move it, with Shift farther; Enter sets it, Escape leaves.');
  mark.focus({ preventScroll: true });
  move(...spot);
  mark.addEventListener('keydown', (event) => {
    const arrow = ARROWS[event.key], far = event.shiftKey ? FAR : STEP;
    if (arrow) move(spot[0] + arrow[0] * far, spot[1] + arrow[1] * far);
    else if (event.key === 'Enter' || event.key === ' ') set();
    else if (event.key === 'Escape') {
      leave();
      button.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }, { signal });
  hero.addEventListener('click', (event) => {
    event.preventDefault();
    move(...share(hero, event.clientX, event.clientY));
    set();
  }, { signal });
  // Another picture, or the comments drawn anew: whatever takes the mark away ends this.
  mark.addEventListener('blur', () => setTimeout(() => mark.isConnected || done.abort()), { signal });
}

// The comment stays, its pin goes.
export function unpin({ form }) {
  leave();
  kept(form)?.setAttribute('hidden', '');
  mine(form)?.remove();
  keep(form, null);
  say(form, 'No pin.');
  if (form.querySelector('[data-do=unpin]')) form.querySelector('[data-do=pin]').focus();
}

// A comment that was refused keeps its pin.
export function again(button) {
  const hero = button.closest('.view').querySelector('.hero');
  if (!mine(button.form)) at(draw(button.form, hero), hero, ...spotOf(button.form));
  keep(button.form, spotOf(button.form));
}

// What was begun in a form that is closed is not meant.
export function forget(form) {
  leave();
  mine(form)?.remove();
  kept(form)?.removeAttribute('hidden');
  if ('spot' in form.dataset) keep(form, form.dataset.spot ? form.dataset.spot.split(' ') : null);
}

function mine(form) {
  const mark = marks.get(form);
  return mark?.isConnected ? mark : null;
}

const kept = (form) => document.getElementById(`pin-${form.querySelector('[data-pin]')?.dataset.pin}`);

function spotOf({ spot_x: x, spot_y: y }) {
  return x.value ? [+x.value, +y.value] : null;
}

// What the form would send, and what its buttons say.
function keep(form, spot) {
  form.dataset.spot ??= spotOf(form)?.join(' ') ?? '';
  [form.spot_x.value, form.spot_y.value] = spot ? spot.map((share) => (+share).toFixed(4)) : ['', ''];
  const button = form.querySelector('[data-do=pin]'), off = form.querySelector('[data-do=unpin]');
  if (!off) return button.setAttribute('aria-pressed', !!spot);
  off.hidden = !spot;
  button.querySelector('span').textContent = spot ? 'Move the pin' : 'Pin to a spot';
}

function say(form, text) {
  form.querySelector('[role=status]').textContent = text;
}

const words = (spot) => `${Math.round(spot[0] * 100)} % from the left, ${Math.round(spot[1] * 100)} % from the top`;

// The new pin of a comment stands in for the one it had.
function draw(form, hero) {
  const mark = document.createElementNS(SVG, 'g'), old = kept(form);
  mark.setAttribute('class', 'pin pin-new');
  mark.append(document.createElementNS(SVG, 'circle'), document.createElementNS(SVG, 'text'));
  mark.lastChild.textContent = old?.textContent ?? '+';
  old?.setAttribute('hidden', '');
  hero.querySelector('.pins').append(mark);
  marks.set(form, mark);
  return mark;
}

function at(mark, hero, x, y) {
  const [wide, high] = room(hero);
  const [left, top] = [`${50 + (x - 0.5) * wide * 100}%`, `${50 + (y - 0.5) * high * 100}%`];
  for (const [part, cx, cy] of [[mark.firstChild, 'cx', 'cy'], [mark.lastChild, 'x', 'y']]) {
    part.setAttribute(cx, left);
    part.setAttribute(cy, top);
  }
}

// Which share of its frame the picture fills, across and down.
function room(hero) {
  const image = hero.querySelector('img'), frame = image.offsetWidth / image.offsetHeight;
  const own = image.getAttribute('width') / image.getAttribute('height');
  return [Math.min(1, own / frame), Math.min(1, frame / own)];
}

function share(hero, px, py) {
  const frame = hero.querySelector('img').getBoundingClientRect(), [wide, high] = room(hero);
  return [((px - frame.left) / frame.width - 0.5) / wide + 0.5, ((py - frame.top) / frame.height - 0.5) / high + 0.5];
}
