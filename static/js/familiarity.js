// The self-assessment, and opinions on what the answers imply: every choice is saved as it is made.

import { Autosave } from './autosave.js';

const form = document.querySelector('[data-familiarity]');
const texts = JSON.parse(form.dataset.texts);
const autosave = new Autosave(form, document.querySelector('[data-saved]'), texts);
form.addEventListener('change', () => autosave.touched());
window.addEventListener('pageshow', (event) => { if (event.persisted) autosave.returned(); });
