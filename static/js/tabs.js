// Brings the tab in view to where it can be seen; the page itself does not move.
for (const list of document.querySelectorAll('.tabs ul')) {
  const current = list.querySelector('[aria-current]');
  if (current && list.scrollWidth > list.clientWidth) {
    list.scrollLeft = current.offsetLeft - (list.clientWidth - current.offsetWidth) / 2;
  }
}
