// The browser adds half of the random number that goes into the hash of the answers: then the
// server alone cannot have chosen it.
const field = document.querySelector('[data-submit] [name="browser_nonce"]');
if (field) {
  const bytes = window.crypto.getRandomValues(new Uint8Array(16));
  field.value = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
