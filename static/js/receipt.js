// The link to the receipt code opens what it stands in, also in a browser that leaves it folded.
document.querySelector('a[href="#code"]').addEventListener('click', () => {
  document.querySelector('#code').closest('details').open = true;
});
