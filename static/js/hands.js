// Hearts and the bin: the page shows at once what was asked for, and takes it back where the server did not do it.
import { plain } from './keys.js';
import { FAILED, post } from './post.js';
import { parsed, toast, toastLater, toastOf } from './toast.js';

export function hands() {
  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('[data-do=favourite], [data-do=hearts], [data-do=trash], [data-do=hang], [data-do=sheet]');
    if (!button || !plain(event)) return;
    event.preventDefault();
    button.closest('[popover]')?.hidePopover();
    if (button.dataset.do === 'favourite') heart(button);
    else if (button.dataset.do === 'hearts') hearts(button);
    else if (button.dataset.do === 'hang') import('./hang.js').then(({ hang }) => hang(button), () => location.assign(button.href));
    else if (button.dataset.do === 'sheet') import('./sheet.js').then(({ open }) => open(button), () => location.assign(button.href));
    else trash(button.value.split(','));
  });
}

// One after the other: an answer that was overtaken would leave the older wish standing.
let asking = Promise.resolve();

function heart(button) {
  const address = button.getAttribute('formaction'), on = button.value === '1';
  show(address, on);
  asking = asking.then(async () => {
    if (await post(address, { on: on ? '1' : '0' })) return;
    show(address, !on);
    toast(FAILED);
  });
}

// All pictures of a group at once.
async function hearts(button) {
  const ids = button.value.split(','), answer = await post(button.getAttribute('formaction'), { ids: button.value });
  if (!answer) return toast(FAILED);
  for (const id of ids) show(`/images/${id}/favourite/`, true);
  toastOf(parsed(await answer.text()));
}

// The same picture may stand on the page twice: its tile, and the lightbox above it.
function show(address, on) {
  for (const button of document.querySelectorAll(`[data-do=favourite][formaction="${address}"]`)) {
    button.setAttribute('aria-pressed', on);
    button.value = on ? '0' : '1';
  }
}

// Puts pictures into the trash; their tiles leave the page, and come back with an undo.
export async function trash(ids) {
  const back = takeAway(ids);
  const answer = await post('/images/trash/', { ids: ids.join() });
  if (!answer) {
    back();
    toast(FAILED);
    return false;
  }
  const undo = parsed(await answer.text());
  const stays = document.dispatchEvent(new CustomEvent('hands:trashed', { detail: { ids }, cancelable: true }));
  const view = document.querySelector('main .view');
  if (stays && view && ids.includes(view.dataset.image)) {
    toastLater(undo);
    location.assign(view.querySelector('.lb-close')?.href ?? '/library/');
    return true;
  }
  toastOf(undo, () => {
    back();
    document.dispatchEvent(new CustomEvent('hands:restored', { detail: { ids } }));
  });
  return true;
}

// Takes the tiles of pictures off the page; answers how to put them back.
export function takeAway(ids) {
  const gone = [];
  for (const id of ids) {
    for (const tile of [...document.querySelectorAll(`.tile-a[href="/images/${id}/"]`)].map((link) => link.closest('.tile'))) {
      const mark = document.createComment('');
      if (tile.contains(document.activeElement)) neighbour(tile)?.focus();
      tile.replaceWith(mark);
      gone.push([mark, tile]);
    }
  }
  tell(-ids.length);
  return () => {
    // A part of the library that was emptied meanwhile does not know the place any more.
    if (document.querySelector('[data-grid]') && gone.some(([mark]) => !mark.isConnected)) return location.reload();
    for (const [mark, tile] of gone) mark.replaceWith(tile);
    tell(ids.length);
  };
}

// Headings of days without a picture go, and the library's count follows.
function tell(more) {
  for (const day of document.querySelectorAll('[data-grid] .day')) day.hidden = !day.querySelector('.tile, .note');
  const amount = document.querySelector('.amount');
  const count = /^([\d,]+) picture/.exec(amount?.textContent)?.[1].replaceAll(',', '');
  if (!count) return;
  const now = +count + more;
  amount.textContent = `${now.toLocaleString('en')} picture${now === 1 ? '' : 's'}`;
}

function neighbour(tile) {
  return (tile.nextElementSibling ?? tile.previousElementSibling)?.querySelector('.tile-a') ?? document.getElementById('main');
}
