// A tile opens its picture over the page. What that takes is fetched when somebody is about to need it.
import { plain } from './keys.js';

let loading = null;
const viewer = () => (loading ??= Promise.all([import('./viewer.js'), dressed()]).then(([module]) => module));

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

// The picture page's stylesheet: the page names it, and it is fetched when it is switched on.
function dressed() {
  const sheet = document.querySelector('link[data-viewer]');
  return new Promise((done, failed) => {
    sheet.addEventListener('load', done);
    sheet.addEventListener('error', failed);
    sheet.disabled = false;
  });
}
