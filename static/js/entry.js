// The personal link carries its token in the fragment, which browsers send to nobody. It is put
// into the form and taken out of the address bar; only a press of the button sends it.

const SHORTEST = 20; // "#main" of the skip link is no token

function takeFragment() {
  const text = window.location.hash.slice(1);
  if (text.length < SHORTEST) return;
  const form = document.querySelector('[data-entry]');
  form.elements.token.value = text;
  form.querySelector('[data-entry-field]').hidden = true;
  document.querySelector('[data-entry-lead]').hidden = true;
  document.querySelector('[data-entry-found]').hidden = false;
  window.history.replaceState(null, '', window.location.pathname + window.location.search);
  form.querySelector('button').focus();
}

takeFragment();
window.addEventListener('hashchange', takeFragment);
