// The clock of pending tiles: the server sends start and estimate once, the page counts by itself.
const began = new WeakMap();

export function clock() {
  setInterval(tick, 1000);
}

function tick() {
  for (const tile of document.querySelectorAll('.tile[data-state=sent]')) {
    if (!began.has(tile)) began.set(tile, Date.now() - tile.dataset.elapsed * 1000);
    const elapsed = Math.floor((Date.now() - began.get(tile)) / 1000), expected = +tile.dataset.expected;
    tile.querySelector('[data-clock]').textContent = elapsed < 90 ? `${elapsed} s` : `${Math.floor(elapsed / 60)} min`;
    tile.querySelector('progress').value = elapsed < expected ? (92 * elapsed) / expected : 92 + 6 * (1 - expected / elapsed);
    if (elapsed > 1.5 * expected) tile.querySelector('.ph').textContent = 'Taking longer than usual';
  }
}

// One menu for all pictures: it opens at the button that asks for it, pointed at that button's picture.
export function menu() {
  const shared = document.getElementById('tile-menu');
  if (!shared) return;
  document.addEventListener('click', (event) => {
    const opener = event.target.closest?.('[data-do=more]');
    const chosen = event.target.closest?.('.menu :is(a, button)')?.closest('.run-menu, #tile-menu');
    if (chosen) return setTimeout(() => chosen.hidePopover());
    if (!opener || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const { image, again, price } = opener.dataset;
    for (const link of shared.querySelectorAll('[data-to]')) link.href = link.dataset.to.replace('PICTURE', image);
    shared.querySelector('[name=ids]').value = image;
    const one = shared.querySelector('[data-again]');
    one.value = `${image}.${Date.now()}`; // each opening of the menu is a wish of its own
    for (const name of ['formaction', 'hx-post']) one.setAttribute(name, again);
    one.querySelector('span').textContent = `Run again, ${price}`;
    shared.showPopover({ source: opener });
    shared.querySelector('a').focus();
  });
}
