// Places: "up" and "down" beside each field. A place that another item has is exchanged with it.

import { Card, Row, fill, start, texts } from './questionnaire.js';

class PlaceRow extends Row {
  constructor(element, card) {
    super(element, card);
    this.addSteps([
      ['\u2191', fill(texts.up, { name: this.name })],
      ['\u2193', fill(texts.down, { name: this.name })],
    ]);
  }

  // From an empty field both give the first free place.
  step(direction) {
    const { value } = this;
    const [first, last] = this.card.ends;
    const wanted = value === null ? this.card.firstFree() : value + direction;
    if (wanted < first || wanted > last) return;
    const other = this.card.rows.find((row) => row !== this && row.value === wanted);
    if (other) other.input.value = value ?? '';
    this.input.value = String(wanted);
    this.card.typed(this.input);
  }
}

class Ranking extends Card {
  static Row = PlaceRow;

  constructor(element) {
    super(element);
    this.upward = -1; // up is towards place 1
    this.order = element.querySelector('[data-order]');
    this.drawn();
  }

  firstFree() {
    const taken = new Set(this.rows.map((row) => row.value));
    let place = 1;
    while (taken.has(place)) place += 1;
    return place;
  }

  // The order so far, in words below the rows.
  drawn() {
    const placed = this.rows.filter((row) => row.value !== null).sort((a, b) => a.value - b.value);
    const listed = placed.map((row) => `${row.value} ${row.name}`).join(texts.comma);
    const twice = placed.find((row, at) => at && row.value === placed[at - 1].value);
    this.order.textContent = twice ? fill(texts.twice, { n: twice.value }) : fill(texts.order, { listed });
    this.order.hidden = !placed.length;
  }
}

start('ranking', Ranking);
