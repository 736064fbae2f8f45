// The browser adds half of the random number that goes into the hash of the answers: then the
// server alone cannot have chosen it. The answers are sent from within the page, so that a lost
// network does not put the browser's own page in its place; the key in the form makes of all its
// sendings one submission.

const LONGEST_WAIT = 30000;
const form = document.querySelector('[data-submit]');
const said = document.querySelector('[data-submit-said]');
let isSending = false;
let isUnsure = false; // a sending went out and no answer came

function say(state) {
  said.textContent = form.dataset[state];
  said.hidden = false;
  said.scrollIntoView({ block: 'nearest' });
}

// The answer, or null where none comes.
async function asked(address, more = {}) {
  const stop = new AbortController();
  const timer = window.setTimeout(() => stop.abort(), LONGEST_WAIT);
  try {
    return await fetch(address, { credentials: 'same-origin', signal: stop.signal, ...more });
  } catch {
    return null;
  } finally {
    window.clearTimeout(timer);
  }
}

// Browsers may be wrong about being offline: then this page can still be had.
async function isReachable() {
  return navigator.onLine || (await asked(window.location.href)) !== null;
}

async function send() {
  say('sending');
  if (!await isReachable()) {
    say(isUnsure ? 'unheard' : 'offline');
    return;
  }
  isUnsure = true;
  const answer = await asked(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
  if (answer === null) say('unheard');
  else if (answer.redirected) window.location.assign(answer.url);
  else form.submit(); // the same form again, and the page that says why not
}

if (form.elements.browser_nonce) {
  const bytes = window.crypto.getRandomValues(new Uint8Array(16));
  form.elements.browser_nonce.value = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (isSending) return;
    isSending = true;
    send().finally(() => { isSending = false; });
  });
}
window.addEventListener('pageshow', (event) => { if (event.persisted) window.location.reload(); });
