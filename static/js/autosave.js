// Saves a form while it is filled in, one request at a time. What is not saved yet lives in the
// open page and nowhere else; the mark in the masthead says so, and so do notes in the form: one at
// the button, and one in view wherever the page is long.

const PAUSE = 1200;
const FIRST_RETRY = 2000;
const LONGEST_RETRY = 30000;
// Browsers refuse larger bodies for requests that may outlive their page.
const OUTLIVES_THE_PAGE = 60000;
const TOO_LARGE = 413;
const AFTER_RELOAD = [400, 2000];
const ENDED = ['closed', 'link', 'locked', 'unkept'];

export class Autosave {
  constructor(form, mark, texts) {
    this.form = form;
    this.mark = mark;
    this.texts = texts;
    this.isDirty = false;
    this.isLeaving = false;
    this.isHeard = true; // the server took the last form in or said in its own words why not
    this.isPressed = false; // a button was pressed in vain since the last save
    this.isRenewed = false; // the last form went out with the token that came for it
    this.isTroubled = false; // something could not be saved at once since the page was opened
    this.notes = [...form.querySelectorAll('[data-saved-note]')];
    this.running = null;
    this.timer = 0;
    this.wait = FIRST_RETRY;
    window.addEventListener('online', () => this.flush());
    window.addEventListener('beforeunload', (event) => {
      if (this.isDirty && !this.isLeaving) event.preventDefault();
    });
    // Hidden: the last moment before a phone ends the page. In view again: perhaps the link was
    // opened in another window meanwhile.
    document.addEventListener('visibilitychange', () => this.flush());
    document.addEventListener('click', (event) => this.follow(event));
    if (performance.getEntriesByType('navigation')[0]?.type === 'reload') {
      AFTER_RELOAD.forEach((pause) => window.setTimeout(() => this.catchUp(), pause));
    }
    form.addEventListener('submit', (event) => this.leave(event));
  }

  // A page that is loaded anew may have been read before the save of the page that it replaces had
  // arrived. Where the server holds a newer version and nothing was typed yet, it is shown.
  async catchUp() {
    if (this.isDirty || this.running) return;
    const shown = this.form.elements.version.value;
    try {
      const page = await (await fetch(window.location.href, { credentials: 'same-origin' })).text();
      const held = new DOMParser().parseFromString(page, 'text/html').querySelector('[name="version"]');
      if (held && held.value !== shown && !this.isDirty && !this.running) window.location.reload();
    } catch {
      // No connection: what is shown stays.
    }
  }

  // Something was typed.
  touched() {
    this.isDirty = true;
    this.isLeaving = false; // whoever types is still here
    this.later(PAUSE);
  }

  later(pause) {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.flush(), pause);
  }

  flush() {
    if (!this.isDirty || this.isLeaving) return;
    this.start();
  }

  start() {
    if (this.running) return;
    window.clearTimeout(this.timer);
    this.running = this.send().finally(() => {
      this.running = null;
      if (this.isDirty && this.isHeard && document.visibilityState === 'hidden') this.flush();
    });
  }

  async send() {
    this.isDirty = false;
    this.isHeard = false;
    this.say('saving');
    const body = new URLSearchParams(new FormData(this.form));
    let response;
    try {
      response = await fetch(this.form.dataset.draft, {
        method: 'POST',
        body,
        credentials: 'same-origin',
        keepalive: body.toString().length < OUTLIVES_THE_PAGE,
      });
      const answer = await response.json();
      this.isHeard = true;
      this.received(answer);
    } catch {
      this.failed(response ? (response.status === TOO_LARGE ? 'large' : 'retrying') : 'offline');
    }
  }

  received(answer) {
    if (answer.saved) {
      this.form.elements.version.value = answer.version;
      this.form.dispatchEvent(new CustomEvent('draft-saved', { detail: answer }));
      this.wait = FIRST_RETRY;
      this.isPressed = false;
      this.isRenewed = false;
      if (this.isDirty) this.later(PAUSE);
      else this.say('saved');
    } else if (answer.conflict) {
      this.form.elements.version.value = answer.version; // what is typed next goes on from it
      this.say('conflict'); // kept beside the other version; a choice follows on the next page
    } else if (ENDED.includes(answer.error)) {
      this.isDirty ||= !answer.kept;
      this.say(answer.error);
    } else if (answer.csrf_token && !this.isRenewed) {
      this.form.elements.csrf_token.value = answer.csrf_token;
      this.isRenewed = true;
      this.isDirty = true;
      this.later(0); // the token alone was too old: with the new one the form is judged at once
    } else {
      this.isRenewed = false;
      this.failed('retrying');
    }
  }

  failed(state) {
    this.isDirty = true;
    this.say(navigator.onLine ? state : 'offline');
    this.later(this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_RETRY);
  }

  // Saves what is not saved yet; false when the server cannot be heard.
  async settle() {
    if (this.running) await this.running;
    if (this.isDirty || !navigator.onLine) {
      this.start();
      await this.running;
    }
    return this.isHeard;
  }

  // The form goes when the server can be heard: the browser's own page of a lost network would
  // take the place of everything typed here. Where the server refuses, its answer shows the text.
  leave(event) {
    window.clearTimeout(this.timer);
    if (this.isLeaving || (!this.isDirty && !this.running && navigator.onLine)) {
      this.isLeaving = true;
      return;
    }
    event.preventDefault();
    const button = event.submitter;
    this.settle().then((isHeard) => {
      if (!isHeard) {
        this.sayInVain(button);
        return;
      }
      this.isLeaving = true;
      this.form.requestSubmit(button);
    });
  }

  // A link waits for the save under way: the next page would show the text from before it.
  follow(event) {
    const link = event.target.closest('a[href]');
    const isPlain = !(event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey);
    if (!link || link.target || !isPlain || !(this.isDirty || this.running)) return;
    if (link.hash && link.pathname + link.search === location.pathname + location.search) return;
    event.preventDefault();
    this.settle().then((isHeard) => {
      if (isHeard || navigator.onLine) window.location.assign(link.href);
      else this.sayInVain(link);
    });
  }

  // The browser shows a page that it kept from before: its version of the answers may be an old
  // one, but what only this page has is not thrown away.
  returned() {
    this.isLeaving = false;
    if (this.isDirty) this.flush();
    else window.location.reload();
  }

  // Speaks only when the state changes: a word in the masthead, what it means in the form. While it
  // is tried again, what was said in the form stays.
  say(state) {
    if (!this.mark.hidden && this.mark.dataset.state === state) return;
    this.mark.hidden = false;
    this.mark.dataset.state = state;
    this.mark.textContent = this.texts.marks[state];
    const note = this.texts.notes[state] ?? '';
    if (note) this.mark.append(this.unseen(note));
    this.isTroubled ||= Boolean(note);
    if (state !== 'saving') this.note(state);
  }

  // Where something is the matter, what; and once it is over, that it is. Before, nothing.
  note(state) {
    const sentence = (this.isPressed && this.texts.again[state]) || this.texts.notes[state];
    const text = sentence ?? (this.isTroubled ? this.texts.marks[state] : '');
    for (const one of this.notes) {
      one.textContent = text;
      one.hidden = !text;
    }
  }

  // The button was pressed and nothing could happen: that is said where the reader looks.
  sayInVain(button) {
    this.isPressed = true;
    const last = this.notes[this.notes.length - 1];
    last.setAttribute('role', 'alert');
    this.note(this.mark.dataset.state);
    if (button?.closest('.actions')) last.scrollIntoView({ block: 'nearest' });
  }

  unseen(text) {
    const span = document.createElement('span');
    span.className = 'vh';
    span.textContent = `. ${text}`;
    return span;
  }
}
