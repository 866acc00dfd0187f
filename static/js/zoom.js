// A picture under the fingers: pinch, wheel with Ctrl or two taps enlarge it, one finger moves it about, and while it
// has its own size a swipe asks for the one beside it.
const MOST = 8, STEP = 2.5, SWIPE_PX = 56;

// `swiped(1)` asks for the next picture, `swiped(-1)` for the one before.
export function zoomable(hero, swiped) {
  const image = hero.querySelector('img');
  const button = hero.closest('.view').querySelector('[data-do=zoom]');
  const fingers = new Map();
  let scale = 1, x = 0, y = 0, from = null;

  function draw() {
    image.style.transform = scale === 1 ? '' : `translate(${x}px, ${y}px) scale(${scale})`;
    hero.style.setProperty('--moved', image.style.transform || 'none'); // its pins go along, and keep their size
    hero.style.setProperty('--zoom', scale);
    hero.classList.toggle('zoomed', scale > 1);
    button?.setAttribute('aria-pressed', scale > 1);
    if (scale > 1) image.sizes = '400vw'; // the original's own pixels
  }

  // The point of the picture under (px, py), pixels of the screen, stays there.
  function to(wanted, px, py) {
    const frame = hero.getBoundingClientRect();
    const cx = px - frame.left - frame.width / 2, cy = py - frame.top - frame.height / 2;
    const next = Math.min(MOST, Math.max(1, wanted));
    move(cx - ((cx - x) * next) / scale, cy - ((cy - y) * next) / scale, next);
  }

  // Never so far that nothing of the picture is left in the middle.
  function move(nx, ny, next = scale) {
    const w = (image.offsetWidth * (next - 1)) / 2, h = (image.offsetHeight * (next - 1)) / 2;
    scale = next;
    x = Math.min(w, Math.max(-w, nx));
    y = Math.min(h, Math.max(-h, ny));
    draw();
  }

  const middle = () => {
    const frame = hero.getBoundingClientRect();
    return [frame.left + frame.width / 2, frame.top + frame.height / 2];
  };
  const toggle = (px, py) => to(scale > 1 ? 1 : STEP, px, py);

  function spread() {
    const [a, b] = [...fingers.values()];
    return { d: Math.hypot(a.x - b.x, a.y - b.y), mx: (a.x + b.x) / 2, my: (a.y + b.y) / 2 };
  }

  hero.addEventListener('pointerdown', (event) => {
    if (event.button) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (scale > 1 || fingers.size === 2) hero.setPointerCapture(event.pointerId);
    from = fingers.size === 2 ? { ...spread(), scale } : { x: event.clientX, y: event.clientY, ox: x, oy: y };
  });
  hero.addEventListener('pointermove', (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size === 2 && from.d) {
      const now = spread();
      move(x + now.mx - from.mx, y + now.my - from.my);
      to((from.scale * now.d) / from.d, now.mx, now.my);
      Object.assign(from, { mx: now.mx, my: now.my });
    } else if (fingers.size === 1 && scale > 1) {
      move(from.ox + event.clientX - from.x, from.oy + event.clientY - from.y);
    }
  });
  function lift(event) {
    if (!fingers.delete(event.pointerId)) return;
    const alone = !fingers.size && !from.d && scale === 1 && event.type === 'pointerup';
    const dx = event.clientX - from.x, dy = event.clientY - from.y;
    if (alone && event.pointerType !== 'mouse' && Math.abs(dx) > SWIPE_PX && Math.abs(dx) > 2 * Math.abs(dy)) {
      swiped(dx < 0 ? 1 : -1);
    }
    const [left] = fingers.values();
    if (left) from = { ...left, ox: x, oy: y, d: 0 }; // one finger of two lifted: the other goes on moving it
  }
  hero.addEventListener('pointerup', lift);
  hero.addEventListener('pointercancel', lift);
  hero.addEventListener('dblclick', (event) => toggle(event.clientX, event.clientY));
  hero.addEventListener('dragstart', (event) => scale > 1 && event.preventDefault());
  hero.addEventListener('wheel', (event) => {
    if (event.ctrlKey) to(scale * Math.exp(-event.deltaY / 100), event.clientX, event.clientY);
    else if (scale > 1) move(x - event.deltaX, y - event.deltaY);
    else return;
    event.preventDefault();
  }, { passive: false });
  button?.addEventListener('click', () => toggle(...middle()));
}
