// The library is laid out in leaves of sixty pictures at most. One that is far from the screen is emptied to a box of the
// height it had, so the page never grows heavy; it is filled again before it comes near. What it says stays where
// the browser's own search finds it.
const HERE = '1500px';
const kept = new WeakMap(); // leaf -> its pictures' ids, its markup, and the height and width it was measured with
const gone = new Set(); // ids of pictures removed since: their tiles must not come back
const far = new Set(); // leaves to be emptied, as soon as nobody holds anything in them
const all = () => [...document.querySelectorAll('[data-leaf]')];
let near;

document.addEventListener('hands:trashed', ({ detail }) => detail.ids.forEach((id) => gone.add(id)));
document.addEventListener('hands:restored', ({ detail }) => detail.ids.forEach((id) => gone.delete(id)));

export function watch(grid) {
  near ??= new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        isIntersecting ? far.delete(target) : far.add(target);
        if (isIntersecting) fill(target);
      }
      far.forEach(empty);
    },
    { rootMargin: `${HERE} 0px` },
  );
  for (const leaf of grid.querySelectorAll('[data-leaf]:not([data-watched])')) {
    leaf.dataset.watched = '';
    near.observe(leaf);
  }
}

export function fill(leaf) {
  if (!leaf || !('away' in leaf.dataset)) return;
  leaf.innerHTML = kept.get(leaf).markup;
  delete leaf.dataset.away;
  leaf.style.blockSize = '';
  for (const id of gone) tile(leaf, id)?.closest('.tile').remove();
  window.htmx?.process(leaf);
  leaf.dispatchEvent(new Event('library:filled', { bubbles: true }));
}

const tile = (leaf, id) => leaf.querySelector(`.tile-a[href="/images/${id}/"]`);

// The ids of a leaf's pictures in their order, whether or not they are on the page just now.
export function pictures(leaf) {
  const ids = 'away' in leaf.dataset ? kept.get(leaf).ids : [...leaf.querySelectorAll('.tile-a')].map((link) => link.pathname.split('/')[2]);
  return ids.filter((id) => !gone.has(id));
}

export const everything = () => all().flatMap(pictures);

// The link of a picture, with its leaf and those beside it on the page; nothing where it hangs nowhere.
export function bring(id) {
  const here = () => document.querySelector(`main .tile-a[href="/images/${id}/"]`);
  const leaf = here()?.closest('[data-leaf]') ?? all().find((other) => 'away' in other.dataset && pictures(other).includes(id));
  for (const other of [leaf, leaf?.previousElementSibling, leaf?.nextElementSibling]) other?.matches('[data-leaf]') && fill(other);
  return here();
}

// Something changed about these pictures, on the page and in what is put away: that comes back for as long as it takes.
export function wake(ids) {
  const wanted = new Set(ids);
  for (const leaf of all()) {
    if (!('away' in leaf.dataset) || !pictures(leaf).some((id) => wanted.has(id))) continue;
    fill(leaf);
    near.unobserve(leaf);
    near.observe(leaf);
  }
}

function empty(leaf) {
  if (leaf.contains(document.activeElement) || leaf.querySelector(':popover-open, dialog[open]')) return;
  const box = leaf.getBoundingClientRect();
  far.delete(leaf);
  if (!box.height || 'away' in leaf.dataset) return;
  const words = document.createElement('p');
  words.textContent = [...leaf.querySelectorAll('.cap-t')].map((caption) => caption.textContent).join('\n');
  words.hidden = true;
  words.setAttribute('hidden', 'until-found');
  words.addEventListener('beforematch', () => fill(leaf));
  for (const powered of leaf.querySelectorAll('[data-htmx-powered]')) powered.removeAttribute('data-htmx-powered');
  for (const styled of leaf.querySelectorAll('[style]')) styled.removeAttribute('style'); // written in markup it is forbidden
  kept.set(leaf, { ids: pictures(leaf), markup: leaf.innerHTML, height: box.height, width: box.width });
  leaf.dataset.away = '';
  leaf.style.blockSize = `${box.height}px`;
  // What is still loading is not waited for; and Chromium keeps a lazy picture with sizes=auto for ever otherwise.
  for (const image of leaf.querySelectorAll('img')) for (const name of ['src', 'srcset', 'sizes']) image.removeAttribute(name);
  leaf.replaceChildren(words);
}

// In a window of another width the same pictures need about the same area.
addEventListener('resize', () => {
  for (const leaf of document.querySelectorAll('[data-leaf][data-away]')) {
    const { height, width } = kept.get(leaf);
    leaf.style.blockSize = `${(height * width) / leaf.getBoundingClientRect().width}px`;
  }
});
