// The personal link carries its token in the fragment, which browsers send to nobody. It is put
// into the form and taken out of the address bar; only a press of the button sends it. Whoever
// types the characters sees them in groups, how many are there, and which no link has.

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TWINS = { O: '0', I: '1', L: '1' };
const LENGTH = 26;
const GROUP = 4;
const LONGEST_TYPED = 48;
const LEAST = 8; // "#main" of the skip link is no token
const MOST_ESCAPES = 4;
const KEPT = 'typed=';
const SAY_AFTER = 900; // a reader is not told of every key

const form = document.querySelector('[data-entry]');
const field = form.elements.token;
const count = form.querySelector('[data-entry-count]');
const said = form.querySelector('[data-entry-said]');
const texts = JSON.parse(form.dataset.texts);
let timer = 0;

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (slot, name) => values[name] ?? slot);
const isToken = (one) => ALPHABET.includes(TWINS[one] ?? one);
const compact = (text) => [...text.replace(/[\s_\u2212\p{Pd}]/gu, '').toUpperCase()];
const visible = (text) => text.normalize('NFKC').replace(/[\p{Cf}\uFE00-\uFE0F]/gu, '');

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray per cent sign
  }
}

function unescaped(text) {
  let plain = text;
  for (let i = 0; i < MOST_ESCAPES; i += 1) plain = decoded(plain);
  return visible(plain);
}

function leading(text) {
  const characters = compact(text);
  const end = characters.findIndex((one) => !isToken(one));
  return Math.min(LENGTH, end < 0 ? characters.length : end);
}

// Messengers put a second hash behind the link.
const afterHash = (text) => Math.max(0, ...text.split('#').slice(1).map(leading));

// ---------------------------------------------------------------- what is said below the field

function strangeWords(characters) {
  const parts = characters
    .map((c, at) => ({ c, g: Math.floor(at / GROUP) + 1 }))
    .filter(({ c }) => !isToken(c))
    .map((one) => fill(texts.part, one));
  return parts.length ? fill(texts.strange, { parts: parts.slice(0, 5).join(texts.comma) }) : '';
}

function typedWords(characters) {
  const n = characters.length;
  if (n === 0) return '';
  const strange = strangeWords(characters);
  if (strange) return strange;
  if (n === LENGTH) return texts.complete;
  return n > LENGTH ? fill(texts.long, { n }) : fill(texts.count, { n, m: LENGTH - n });
}

function words(text) {
  const characters = compact(text);
  if (text.includes('#')) {
    const n = afterHash(text);
    return n === LENGTH ? texts.complete : fill(texts.cut, { n });
  }
  if (/[:/%?&]/.test(text) || characters.length > LONGEST_TYPED) return ''; // the server reads it
  return typedWords(characters);
}

function say(text) {
  count.textContent = text;
  count.hidden = text === '';
  clearTimeout(timer);
  timer = setTimeout(() => { said.textContent = text; }, SAY_AFTER);
}

// --------------------------------------------------------------------------------- typing

function group() {
  const characters = compact(visible(field.value));
  const isAtEnd = field.selectionStart === field.value.length;
  if (!isAtEnd || characters.length > LONGEST_TYPED || !/^[0-9A-Z]+$/.test(characters.join(''))) return;
  const groups = [];
  for (let at = 0; at < characters.length; at += GROUP) {
    groups.push(characters.slice(at, at + GROUP).join(''));
  }
  const grouped = groups.join(' ');
  // A blank or hyphen that was just typed at the end stays until the next character comes.
  if (grouped !== field.value.trimEnd() && !/[\s_\p{Pd}]$/u.test(field.value)) field.value = grouped;
}

function typed(event) {
  if (event.isComposing) return; // an input method is at work
  group();
  say(words(unescaped(field.value)));
}

// ----------------------------------------------------------------------------- the address

function take(text) {
  const n = afterHash(`#${unescaped(text)}`);
  if (n < LEAST) return;
  const isWhole = n === LENGTH;
  field.value = text;
  form.querySelector('[data-entry-field]').hidden = isWhole;
  document.querySelector('[data-entry-lead]').hidden = isWhole;
  document.querySelector('[data-entry-found]').hidden = !isWhole;
  leaveAddress();
  if (isWhole) {
    form.querySelector('button').focus();
  } else {
    say(fill(texts.cut, { n }));
    field.focus();
  }
}

function leaveAddress() {
  window.history.replaceState(null, '', form.getAttribute('action') + window.location.search);
}

function readAddress() {
  const fragment = window.location.hash.slice(1);
  if (!fragment.startsWith(KEPT)) {
    take(form.dataset.entry === 'address' ? field.value : fragment);
    return;
  }
  field.value = decoded(fragment.slice(KEPT.length));
  leaveAddress();
  say(words(unescaped(field.value)));
  take(field.value);
}

// The other language is another page: what stands in the field goes along in the fragment.
for (const link of document.querySelectorAll('a[hreflang]')) {
  link.addEventListener('click', () => {
    if (field.value) link.hash = KEPT + encodeURIComponent(field.value);
  });
}
// A page that answered a form: going back or loading it anew sends nothing again.
if (document.getElementById('error-summary')) leaveAddress();
form.querySelector('[data-entry-plain]').hidden = true; // it helps where this does not run
field.addEventListener('input', typed);
field.addEventListener('compositionend', typed);
window.addEventListener('hashchange', readAddress);
readAddress();
