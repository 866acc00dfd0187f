// One menu for all pictures of the studio: it opens at the button that asks for it, pointed at that button's picture.
// Loaded when it is first asked for (studio.js).
export function open(opener) {
  const menu = document.getElementById('tile-menu');
  const { image, again, price } = opener.dataset;
  for (const link of menu.querySelectorAll('[data-to]')) link.href = link.dataset.to.replace('PICTURE', image);
  menu.querySelector('[name=ids]').value = image;
  const one = menu.querySelector('[data-again]');
  one.value = `${image}.${Date.now()}`; // each opening of the menu is a wish of its own
  for (const name of ['formaction', 'hx-post']) one.setAttribute(name, again);
  one.querySelector('span').textContent = `Run again, ${price}`;
  menu.showPopover({ source: opener });
  menu.querySelector('a').focus();
}
