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
