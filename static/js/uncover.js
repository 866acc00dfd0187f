// A picture that has come needs nothing beneath it; a blur under each is what makes scrolling dear.
export function uncover() {
  const arrived = (picture) => picture.matches?.('.lqip + .pic') && picture.previousElementSibling.remove();
  document.addEventListener('load', ({ target }) => arrived(target), true);
  for (const picture of document.images) if (picture.complete && picture.naturalWidth) arrived(picture);
}
