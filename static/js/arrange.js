// A collection in the order one wants: drag a picture, or press its arrows. The page moves at once, the server after it.
import { post } from './post.js';
import { parsed, toast } from './toast.js';

const list = document.querySelector('[data-arrange]');
let asking = Promise.resolve();

if (list) {
  let dragged = null, home = null;

  list.addEventListener('dragstart', (event) => {
    dragged = event.target.closest('[data-image]');
    if (!dragged) return;
    home = dragged.nextElementSibling;
    dragged.classList.add('dragged');
    event.dataTransfer.effectAllowed = 'move';
  });
  list.addEventListener('dragover', (event) => {
    const over = event.target.closest('[data-image]');
    if (!dragged) return;
    event.preventDefault();
    if (!over || over === dragged) return;
    const box = over.getBoundingClientRect();
    over[event.clientX < box.left + box.width / 2 ? 'before' : 'after'](dragged);
  });
  list.addEventListener('drop', (event) => dragged && event.preventDefault());
  list.addEventListener('dragend', (event) => {
    const item = dragged, back = home;
    dragged?.classList.remove('dragged');
    dragged = null;
    if (!item) return;
    if (event.dataTransfer.dropEffect === 'none') list.insertBefore(item, back); // let go elsewhere, or Escape
    else if (item.nextElementSibling !== back) hang(item, back);
  });

  // With the focus on a picture's arrows: the arrow keys move it one on, Home and End to the ends of what is shown.
  list.addEventListener('keydown', (event) => {
    const item = event.target.closest('[data-image]'), step = { ArrowLeft: '-1', ArrowRight: '1' }[event.key];
    if (!item || event.ctrlKey || event.metaKey || event.altKey || !(step || ['Home', 'End'].includes(event.key))) return;
    event.preventDefault();
    if (step) return item.querySelector(`[name=step][value="${step}"]`).click();
    const all = [...list.querySelectorAll('[data-image]')], end = event.key === 'Home' ? all[0] : all.at(-1);
    if (end === item) return;
    const back = item.nextElementSibling;
    end[event.key === 'Home' ? 'before' : 'after'](item);
    event.target.focus();
    hang(item, back);
  });

  list.addEventListener('submit', (event) => {
    const item = event.target.closest('li'), on = event.submitter.value === '1', back = item.nextElementSibling;
    const next = on ? item.nextElementSibling : item.previousElementSibling;
    if (!next?.dataset.image) return; // on another page of it: the form knows the way
    event.preventDefault();
    next[on ? 'after' : 'before'](item);
    event.submitter.focus();
    hang(item, back);
  });
}

// One after the other, as the hands made them.
function hang(item, back) {
  const after = item.nextElementSibling, before = item.previousElementSibling;
  const body = { image: item.dataset.image, before: after?.dataset.image ?? '', after: before?.dataset.image ?? '' };
  asking = asking.then(async () => {
    const answer = await post(list.dataset.address, body);
    if (!answer) {
      list.insertBefore(item, back);
      toast('That did not work. The order is as it was; please try again.');
      return;
    }
    document.getElementById('said').textContent = parsed(await answer.text()).querySelector('[data-words]').textContent;
  });
}
