// What the last check found gives way in the page as it is mended; the next check judges anew.

import { fill, form, plural, texts } from './questionnaire.js';

const summary = document.getElementById('error-summary');
const lines = [...summary.querySelectorAll('a')].filter((link) => form.contains(target(link)));

function target(link) { return document.getElementById(link.hash.slice(1)); }
function isGiven(input) { return input.type === 'radio' ? input.checked : input.value.trim() !== ''; }
function wasGiven(input) { return input.type === 'radio' ? input.defaultChecked : input.defaultValue.trim() !== ''; }
function isChanged(input) {
  return input.type === 'radio' ? input.checked !== input.defaultChecked : input.value !== input.defaultValue;
}

// One message at its field, fieldset or question.
class Message {
  constructor(element) {
    this.element = element;
    this.id = element.id;
    this.subject = document.getElementById(this.id.replace(/-error$/, ''));
    this.card = this.subject.closest('[data-card]');
    this.wasEmpty = !this.inputs(this.subject).some(wasGiven);
  }

  inputs(place) { return place.matches('input') ? [place] : [...place.querySelectorAll('input[name]')]; }

  // A gap is mended by an answer, a wrong answer by another one anywhere in the question.
  get isMended() {
    if (form.elements[`abstain.${this.card.dataset.card}`].checked || this.subject.closest('[hidden]')) return true;
    return this.wasEmpty ? this.inputs(this.subject).some(isGiven) : this.inputs(this.card).some(isChanged);
  }

  // Without its identifier nothing refers to it any more, a description read aloud neither.
  draw() {
    this.element.hidden = this.isMended;
    if (this.isMended) this.element.removeAttribute('id');
    else this.element.id = this.id;
  }
}

const messages = [...form.querySelectorAll('.error-text')].map((element) => new Message(element));

// A line alone in its question stands for all that is missing there, and leads to the first of it.
function messagesOf(link) {
  const card = target(link).closest('[data-card]');
  const isAlone = lines.filter((one) => target(one).closest('[data-card]') === card).length === 1;
  return messages.filter((one) => (isAlone ? one.card === card : one.subject === target(link)));
}

const covered = new Map(lines.map((link) => [link, messagesOf(link)]));

function countDown(link, open) {
  link.setAttribute('href', `#${open[0].subject.id}`);
  link.textContent = fill(plural(texts.many, open.length), { name: open[0].card.dataset.name });
}

form.addEventListener('answers-changed', () => {
  for (const message of messages) message.draw();
  for (const [link, found] of covered) {
    const open = found.filter((one) => !one.isMended);
    link.closest('li').hidden = !open.length;
    if (found.length > 1 && open.length) countDown(link, open);
  }
  const left = summary.querySelectorAll('li:not([hidden])').length;
  summary.hidden = !left;
  summary.querySelector('h2').textContent = plural(texts.undone, left);
});
