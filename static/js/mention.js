// Names after an @: a list of the people who see the picture, chosen with the arrows and Enter, or a press. What is typed
// without it is understood as well; the server reads the names.
const BEGUN = /(?:^|[^\p{L}\p{N}_])@([^\s@]{0,40}(?: [^\s@]{0,40})?)$/u;

export function offer(box) {
  if (box.dataset.offers) return;
  box.dataset.offers = '';
  const list = document.createElement('ul'), status = document.querySelector('.say [role=status]');
  Object.assign(list, { className: 'named', id: `${box.id}-named`, role: 'listbox', ariaLabel: 'People', hidden: true });
  box.parentElement.append(list);
  for (const [name, value] of [['aria-autocomplete', 'list'], ['aria-haspopup', 'listbox'], ['aria-controls', list.id]]) {
    box.setAttribute(name, value);
  }
  let turn = 0, start = -1, settled = -1;

  box.addEventListener('input', look);
  look(); // somebody may have begun before this was fetched

  async function look() {
    const now = ++turn, before = box.value.slice(0, box.selectionStart), found = BEGUN.exec(before);
    const here = found ? before.length - found[1].length - 1 : -1;
    if (here < 0 || here === settled) return close(here);
    const address = `${box.closest('[data-people]').dataset.people}?begun=${encodeURIComponent(found[1])}`;
    const answer = await fetch(address, { headers: { 'HX-Request': 'true' } }).catch(() => null);
    if (now !== turn || !answer?.ok || answer.redirected) return;
    list.innerHTML = await answer.text();
    const people = list.children.length;
    if (!people) return close(here);
    for (const one of list.children) one.id = `${list.id}-${one.id}`;
    start = here;
    list.hidden = false;
    point(list.firstElementChild);
    if (status) status.textContent = `${people} ${people === 1 ? 'person' : 'people'}: arrows choose, Enter takes.`;
  }

  // Before the page's own keys hear of it.
  box.addEventListener('keydown', (event) => {
    if (list.hidden || event.isComposing) return;
    const one = chosen();
    if (event.key === 'ArrowDown') point(one.nextElementSibling ?? list.firstElementChild);
    else if (event.key === 'ArrowUp') point(one.previousElementSibling ?? list.lastElementChild);
    else if ((event.key === 'Enter' && !event.ctrlKey && !event.metaKey) || event.key === 'Tab') take(one);
    else if (event.key === 'Escape') close(start);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  box.addEventListener('blur', () => close());
  list.addEventListener('pointerdown', (event) => {
    const one = event.target.closest('[role=option]');
    event.preventDefault(); // the focus stays in the box
    if (one) take(one);
  });

  const chosen = () => list.querySelector('[aria-selected=true]');

  function point(one) {
    for (const other of list.children) other.setAttribute('aria-selected', other === one);
    box.setAttribute('aria-activedescendant', one.id);
    one.scrollIntoView({ block: 'nearest' });
  }

  function take(one) {
    box.setRangeText(`@${one.dataset.handle} `, start, box.selectionStart, 'end');
    close(start);
    box.dispatchEvent(new Event('input', { bubbles: true }));
  }

  // `here`: an @ whose name is done with, or given up.
  function close(here = -1) {
    turn += 1;
    settled = here;
    list.hidden = true;
    box.removeAttribute('aria-activedescendant');
  }
}
