// Lists that grow at their end: what the link to more led to takes its place, and the focus with it.
let end = null; // that link, while the focus is on it, and what stands before it

document.addEventListener('focusin', ({ target }) => {
  const more = target.closest?.('main .more[hx-get]');
  end = more && { link: target, before: more.previousElementSibling };
});

// Whoever was at the end still is, or at the first of the last that came.
document.addEventListener('htmx:after:swap', () => {
  if (!end || end.link.isConnected || document.activeElement !== document.body) return;
  const next = document.querySelector('main .more[hx-get] a') ?? end.before?.nextElementSibling?.querySelector('a[href], button');
  next?.focus({ preventScroll: true });
});
