// A tile opens its picture over the page. What that takes (viewer.js) is fetched when somebody is about to need it.
import { plain } from './keys.js';

let loading = null;
const viewer = () => (loading ??= import('./viewer.js'));

export function lightbox() {
  if (!document.querySelector('#shelf, #runs')) return;
  for (const kind of ['pointerover', 'focusin']) {
    document.addEventListener(kind, (event) => event.target.closest?.('main .tile-a') && viewer());
  }
  document.addEventListener('click', (event) => {
    const link = plain(event) && event.target.closest('main .tile-a');
    if (!link || link.target) return;
    event.preventDefault();
    viewer().then(({ show }) => show(link.pathname, true), () => location.assign(link.href));
  });
  // Forward again on a page that was loaded anew.
  addEventListener('popstate', ({ state }) => !loading && state?.picture && viewer().then(({ show }) => show(state.picture)));
}
