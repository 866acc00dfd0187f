// Where to hang some pictures is asked above the page. Loaded when it is first wanted (hands.js).
import { FAILED, post } from './post.js';
import { parsed, toast, toastOf } from './toast.js';

export async function hang(link) {
  const back = document.activeElement, sheet = document.createElement('dialog');
  sheet.className = 'sheet hang-d';
  sheet.setAttribute('aria-label', 'Add to a collection');
  try {
    const response = await fetch(link.href, { headers: { 'HX-Request': 'true' } });
    if (!response.ok || response.redirected) return location.assign(link.href);
    sheet.innerHTML = await response.text();
  } catch {
    return toast(FAILED);
  }
  sheet.addEventListener('close', () => {
    sheet.remove();
    back?.focus();
  });
  sheet.addEventListener('click', (event) => event.target === sheet && sheet.close()); // beside it
  sheet.addEventListener('submit', async (event) => {
    if (event.target.method === 'dialog') return;
    event.preventDefault();
    const answer = await post(event.target.action, new FormData(event.target, event.submitter));
    if (!answer) return toast(FAILED);
    sheet.close();
    toastOf(parsed(await answer.text()));
  });
  document.body.append(sheet);
  sheet.showModal();
}
