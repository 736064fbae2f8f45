// Printing opens what is folded: a print without the receipt code would be of no use.
const button = document.querySelector('[data-print]');
button.hidden = false;
button.addEventListener('click', () => {
  for (const details of document.querySelectorAll('details')) details.open = true;
  window.print();
});
