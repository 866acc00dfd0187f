// The library is laid out in leaves of sixty pictures. One that is far from the screen is emptied to a box of the
// height it had, so the page never grows heavy; it is filled again before it comes near. What it says stays where
// the browser's own search finds it.
const HERE = '1500px';
const kept = new WeakMap(); // leaf -> its markup, and the height and width it was measured with
let near;

export function watch(grid) {
  near ??= new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) isIntersecting ? fill(target) : empty(target);
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
  window.htmx?.process(leaf);
  leaf.dispatchEvent(new Event('library:filled', { bubbles: true }));
}

function empty(leaf) {
  if (!leaf.isConnected || 'away' in leaf.dataset || leaf.contains(document.activeElement) || leaf.querySelector(':popover-open, dialog[open]')) return;
  const box = leaf.getBoundingClientRect();
  if (!box.height) return;
  const words = document.createElement('p');
  words.textContent = [...leaf.querySelectorAll('.cap-t')].map((caption) => caption.textContent).join('\n');
  words.hidden = true;
  words.setAttribute('hidden', 'until-found');
  words.addEventListener('beforematch', () => fill(leaf));
  for (const powered of leaf.querySelectorAll('[data-htmx-powered]')) powered.removeAttribute('data-htmx-powered');
  kept.set(leaf, { markup: leaf.innerHTML, height: box.height, width: box.width });
  leaf.dataset.away = '';
  leaf.style.blockSize = `${box.height}px`;
  leaf.replaceChildren(words);
}

// In a window of another width the same pictures need about the same area.
addEventListener('resize', () => {
  for (const leaf of document.querySelectorAll('[data-leaf][data-away]')) {
    const { height, width } = kept.get(leaf);
    leaf.style.blockSize = `${(height * width) / leaf.getBoundingClientRect().width}px`;
  }
});
