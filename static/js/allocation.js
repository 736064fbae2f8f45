// 100 points: steps beside the field, what is left, the split of it.

import { evenedOut, stepped, sum, whole } from './points.js';
import { Card, Row, fill, plural, start, texts } from './questionnaire.js';

const MINUS = '\u2212';
const SAY_AT_MOST_EVERY = 1000;

class PointsRow extends Row {
  constructor(element, card) {
    super(element, card);
    const label = (sign) => {
      const step = `${sign}${card.step}`;
      return [step, fill(texts.step, { n: step, name: this.name })];
    };
    this.addSteps([label(MINUS), label('+')]);
  }

  step(direction) {
    this.input.value = stepped(this.value, direction, this.card.step, this.card.ends[1]);
    this.card.typed(this.input);
  }
}

class Allocation extends Card {
  static Row = PointsRow;

  constructor(element) {
    super(element);
    [, this.total] = this.ends;
    this.remainder = element.querySelector('[data-remainder]');
    this.live = this.addLiveRegion();
  }

  get values() { return this.rows.map((row) => row.input.value); }

  // The number in view changes at once; it is read aloud at most once a second.
  addLiveRegion() {
    const live = document.createElement('span');
    live.className = 'vh';
    live.setAttribute('aria-live', 'polite');
    this.remainder.querySelector('output').setAttribute('aria-live', 'off');
    this.remainder.append(live);
    return live;
  }

  act(name) {
    if (name !== 'even') return;
    const values = evenedOut(this.values, this.step, this.total);
    this.rows.forEach((row, at) => { row.input.value = values[at]; });
  }

  drawn() {
    const given = sum(this.values);
    const left = this.total - given;
    const said = left === 0 ? texts.exact : plural(left > 0 ? texts.left : texts.over, Math.abs(left));
    this.remainder.dataset.state = left === 0 ? 'exact' : left < 0 ? 'over' : given ? 'left' : 'empty';
    this.remainder.querySelector('output').textContent = said;
    this.remainder.querySelector('.of').textContent = fill(texts.given, { n: given });
    this.drawBar(given, left);
    this.sayLater(said);
  }

  drawBar(given, left) {
    const scale = 100 / Math.max(this.total, given);
    const bar = this.remainder.querySelector('svg');
    const [track] = bar.children;
    bar.replaceChildren(track);
    let at = 0;
    for (const points of this.values.map(whole).filter(Boolean)) {
      bar.append(rectangle('rem-seg', at, points * scale));
      if (at) bar.append(rectangle('rem-gap', at - 0.15, 0.3));
      at += points * scale;
    }
    if (left < 0) bar.append(rectangle('rem-over', this.total * scale, 100 - this.total * scale));
  }

  sayLater(said) {
    window.clearTimeout(this.speaking);
    this.speaking = window.setTimeout(() => { this.live.textContent = said; }, SAY_AT_MOST_EVERY);
  }
}

function rectangle(name, x, width) {
  const shape = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  const attributes = { class: name, x: x.toFixed(2), width: width.toFixed(2), height: 10 };
  for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
  return shape;
}

start('constant_sum', Allocation);
