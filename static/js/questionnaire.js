// The questionnaire: what every question does, whatever its method. Prompts for a reason, keeping
// the last answer, undo, saving. The page does all of this without script too, by sending the form.

import { Autosave } from './autosave.js';
import { plain, whole } from './points.js';

const LEFT_END = 12; // of the feedback strip, as drawn by the server
const STRIP_WIDTH = 336;
const PROMPT_AFTER = 700;

export const form = document.querySelector('[data-questionnaire]');
export const texts = JSON.parse(form.dataset.texts);
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (slot, name) => values[name] ?? slot);
export const plural = (pair, count) => fill(pair[count === 1 ? 0 : 1], { n: count });
const autosave = new Autosave(form, document.querySelector('[data-saved]'), texts);
const cards = [];

// ------------------------------------------------------------------------------------- one item

export class Row {
  constructor(element, card) {
    this.element = element;
    this.card = card;
    this.name = element.querySelector('h3').textContent;
    this.last = this.number('last');
    this.low = this.number('low');
    this.high = this.number('high');
    this.mark = element.querySelector('[data-now]');
    this.timer = 0;
    this.input = element.querySelector('[data-stepper] input');
    element.querySelector('[data-reason] textarea').addEventListener('input', () => autosave.touched());
  }

  number(name) {
    const text = this.element.dataset[name];
    return text === undefined ? null : Number(text);
  }

  // What is answered now, on the scale of the strip; null where it cannot be read.
  get value() {
    const chosen = this.element.querySelector('.rated input:checked') ?? this.input;
    return chosen ? whole(chosen.value) : null;
  }

  // A step down and a step up beside the field. `labels`: what they show and say.
  addSteps(labels) {
    const stepper = this.input.closest('[data-stepper]');
    stepper.classList.remove('bare');
    stepper.prepend(this.button(-1, ...labels[0]));
    stepper.append(this.button(1, ...labels[1]));
    this.input.addEventListener('blur', () => this.tidy());
    this.input.addEventListener('keydown', (event) => this.pressed(event));
  }

  button(direction, shown, said) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = shown;
    button.setAttribute('aria-label', said);
    button.addEventListener('click', () => this.step(direction));
    return button;
  }

  pressed(event) {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (direction) {
      event.preventDefault();
      this.step(direction * this.card.upward);
    } else if (event.key === 'Enter' && !event.isComposing) {
      event.preventDefault();
      this.card.after(this)?.input?.focus();
    }
  }

  tidy() {
    const tidied = plain(this.input.value);
    if (tidied === this.input.value) return;
    this.input.value = tidied;
    this.card.changed();
  }

  draw() {
    this.drawMark();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.ask(), PROMPT_AFTER);
  }

  drawMark() {
    if (!this.mark) return;
    const { value } = this;
    const [low, high] = this.card.ends;
    if (value === null || value < low || value > high) {
      this.mark.removeAttribute('d');
      return;
    }
    const x = LEFT_END + ((value - low) * STRIP_WIDTH) / (high - low);
    this.mark.setAttribute('d', `M${x.toFixed(1)} ${value === this.last ? 18.5 : 19.5}l-6-11h12z`);
  }

  prompt() {
    const { value } = this;
    if (value === null || this.card.isAbstained) return '';
    const { unit } = this.card;
    if (this.low !== null && (value < this.low || value > this.high)) {
      const ends = { low: this.low, high: this.high };
      const middle = this.low === this.high ? this.low : fill(texts.range, ends);
      return fill(texts.outside[unit], { n: value, middle });
    }
    const moved = this.last === null ? 0 : Math.abs(value - this.last);
    return moved > this.card.largeMove ? plural(texts.moved[unit], moved) : '';
  }

  // Shows why a reason would help; an empty field that nothing asks for any more folds up again.
  ask() {
    const details = this.element.querySelector('[data-reason]');
    const summary = details.querySelector('summary');
    const prompt = this.prompt();
    const wasAsked = summary.hidden;
    details.querySelector('label').textContent = prompt || texts.plain;
    summary.hidden = Boolean(prompt);
    if (prompt) details.open = true;
    else if (wasAsked && !details.querySelector('textarea').value.trim()) details.open = false;
  }
}

// --------------------------------------------------------------------------------- one question

export class Card {
  static Row = Row;

  constructor(element) {
    this.element = element;
    this.ends = element.dataset.ends.split(' ').map(Number);
    this.step = Number(element.dataset.step);
    this.unit = element.dataset.unit;
    this.largeMove = Number(element.dataset.largeMove);
    this.lastFields = element.dataset.kept ? JSON.parse(element.dataset.kept) : null;
    this.upward = 1; // which way the arrow up steps
    this.abstain = form.elements[`abstain.${element.dataset.card}`];
    this.rows = [...element.querySelectorAll('[data-row]')].map((row) => new this.constructor.Row(row, this));
    this.tools = element.querySelector('[data-tools]');
    this.tools.addEventListener('click', (event) => this.useTool(event));
    this.abstain.addEventListener('change', () => this.changed());
    element.addEventListener('input', (event) => this.typed(event.target));
    cards.push(this);
  }

  get isAbstained() { return this.abstain.checked; }

  // Name → value of every field of the question, reasons aside.
  get fields() {
    const found = {};
    for (const input of this.inputs()) {
      if (input.type !== 'radio' || input.checked) found[input.name] = input.value;
      else found[input.name] ??= '';
    }
    return found;
  }

  inputs() {
    return [...this.element.querySelectorAll('input[name]')];
  }

  set fields(values) {
    for (const input of this.inputs()) {
      const value = values[input.name] ?? '';
      if (input.type === 'radio') input.checked = input.value === value;
      else input.value = value;
    }
  }

  after(row) { return this.rows[this.rows.indexOf(row) + 1]; }

  typed(field) {
    if (!field.matches('input[name]')) return;
    field.removeAttribute('aria-invalid');
    form.elements.kept.value = '';
    this.forgetUndo();
    this.changed();
  }

  changed() {
    for (const row of this.rows) {
      row.element.classList.toggle('is-abstained', this.isAbstained);
      row.draw();
    }
    this.drawn();
    this.element.dispatchEvent(new Event('answers-changed', { bubbles: true }));
    autosave.touched();
  }

  // What a method draws beside its rows.
  drawn() {}

  // Acts of a method beside keeping and clearing.
  act() {}

  // The acts are done in the page; one undo takes their place.
  useTool(event) {
    const button = event.target.closest('button[name="action"]');
    if (!button) return;
    event.preventDefault();
    this.use(button.value.split('.')[0]);
    this.undo.focus();
  }

  use(act) {
    const before = { fields: this.fields, abstained: this.abstain.checked, kept: form.elements.kept.value };
    if (act === 'keep') this.keep();
    else if (act === 'clear') this.fields = {};
    else this.act(act);
    if (act !== 'keep') form.elements.kept.value = '';
    this.offerUndo(before);
    this.changed();
  }

  keep() {
    this.abstain.checked = false;
    this.fields = this.lastFields;
    form.elements.kept.value = cards.every((card) => card.saysTheLast()) ? '1' : '';
  }

  saysTheLast() {
    if (this.isAbstained || !this.lastFields) return false;
    const { fields } = this;
    return Object.entries(this.lastFields).every(([name, value]) => plain(fields[name] ?? '') === value);
  }

  offerUndo(before) {
    this.forgetUndo();
    const undo = document.createElement('button');
    undo.type = 'button';
    undo.className = 'btn link slight';
    undo.textContent = texts.undo;
    undo.addEventListener('click', () => {
      this.fields = before.fields;
      this.abstain.checked = before.abstained;
      form.elements.kept.value = before.kept;
      this.forgetUndo();
      this.tools.querySelector('button').focus();
      this.changed();
    });
    for (const one of this.tools.children) one.hidden = true;
    this.tools.append(undo);
    this.undo = undo;
  }

  forgetUndo() {
    this.undo?.remove();
    this.undo = null;
    for (const one of this.tools.children) one.hidden = false;
  }
}

// Makes the cards of one method.
export function start(method, Kind) {
  return [...document.querySelectorAll(`[data-method="${method}"]`)].map((card) => new Kind(card));
}

// -------------------------------------------------------------------------------------- ratings

// On a scale from 0 to 100 there is a field with a step beside it, as for points.
class RatingRow extends Row {
  constructor(element, card) {
    super(element, card);
    for (const input of element.querySelectorAll('[data-stepper] input')) {
      input.addEventListener('blur', () => this.tidyOne(input));
    }
  }

  tidyOne(input) {
    const tidied = plain(input.value);
    if (tidied === input.value) return;
    input.value = tidied;
    this.card.changed();
  }
}

class Rating extends Card {
  static Row = RatingRow;
}

start('rating', Rating);

// ------------------------------------------------------------------------------------- the page

// One press for all questions; each can be undone by itself.
document.querySelector('[data-keep-all]')?.addEventListener('click', (event) => {
  event.preventDefault();
  for (const card of cards) if (card.lastFields) card.use('keep');
});

// A page that answered a form, once what it shows is stored: going back or reloading asks for it
// anew instead of sending the old form again.
if (!document.querySelector('[data-saved]').hidden) window.history.replaceState(null, '', window.location.href);
window.addEventListener('pageshow', (event) => { if (event.persisted) autosave.returned(); });
// The summary of what is to be corrected takes the focus when the page opens.
document.getElementById('error-summary')?.focus();
