// A collection in the order one wants: drag a picture, or press its arrows. The page moves at once, the server after it.
import { post } from './post.js';
import { parsed, toast } from './toast.js';

const list = document.querySelector('[data-arrange]');
let asking = Promise.resolve();

if (list) {
  let dragged = null, home = null;
  for (const item of list.children) item.draggable = true;

  list.addEventListener('dragstart', (event) => {
    dragged = event.target.closest('li');
    home = dragged.nextElementSibling;
    dragged.classList.add('dragged');
    event.dataTransfer.effectAllowed = 'move';
  });
  list.addEventListener('dragover', (event) => {
    const over = event.target.closest('li');
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

  list.addEventListener('submit', (event) => {
    const item = event.target.closest('li'), on = event.submitter.value === '1', back = item.nextElementSibling;
    const next = on ? item.nextElementSibling : item.previousElementSibling;
    if (!next) return; // on another page of it: the form knows the way
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
